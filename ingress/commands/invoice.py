"""What `reconcile` and `import` share: the options that say how to read the platform's export, and the comparison."""

import sqlite3
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import click
from flask import current_app

from ..access.keys import INGRESS
from ..clock import sender_zone
from ..database import queries
from ..intake.fields import normalise_number
from ..invoice.columns import parse_map
from ..invoice.comparing import Period, compare, find_period
from ..invoice.files import UnusableFile
from ..invoice.findings import show
from ..invoice.intake import Intake, take_in
from ..invoice.rows import Reading, now
from ..invoice.staging import Staging, open_staging
from .connection import check_duration, command_connection, command_errors
from .keys import check_time_zone


class CannotRun(click.ClickException):
    exit_code = 2  # as for wrong options; 1 says that something differs


class Compared(NamedTuple):
    """The staged sides of an invoice, compared."""

    staging: Staging
    api_key: queries.ApiKey
    period: Period
    intake: Intake


def check_map(context, parameter, values):
    try:
        return {field: column for value in values for field, column in parse_map(value).items()}
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None


def check_only(context, parameter, values):
    wanted = dict(value.partition("=")[::2] for value in values)
    if "" in map(str.strip, wanted):
        raise click.BadParameter("It must look like COLUMN=VALUE.")
    return wanted


def check_number(context, parameter, value):
    try:
        return value and normalise_number(value)
    except ValueError as error:
        raise click.BadParameter(f"{value}: {error}.") from None


DAY = click.DateTime(["%Y-%m-%d"])
OPTIONS = (
    click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True)),
    click.option("--key", "api_id", type=int, required=True, help="The API id that the platform sends with."),
    click.option("--from", "first_day", type=DAY, help="First day on the dialer's calendar; default: the file's."),
    click.option("--to", "last_day", type=DAY, help="Last day, itself included; default: the file's."),
    click.option("--map", "given", multiple=True, callback=check_map, help='Columns: cost=Payout,cid="Caller ID".'),
    click.option("--only", multiple=True, callback=check_only, help="Rows with this value: Buyer=Acme. All must hold."),
    click.option("--did", callback=check_number, help="The number called, where the file does not say."),
    click.option("--vendor", is_flag=True, help="The account is that of a vendor: what it earns is our cost."),
    click.option("--time-zone", callback=check_time_zone, help="Of times without an offset; default: the key's."),
    click.option("--tolerance", default="5m", show_default=True, callback=check_duration, help="Between two times."),
)


def file_options(command):
    return reduce(lambda wrapped, option: option(wrapped), reversed(OPTIONS), command)


@contextmanager
def cannot_run():
    """Whatever keeps a command from its work is exit code 2."""
    try:
        with command_errors():
            yield
    except click.ClickException as error:
        raise CannotRun(error.message) from None
    except (OSError, sqlite3.OperationalError) as error:  # a path that is not there, a disk that is full
        raise CannotRun(str(error)) from None


@contextmanager
def compared(file, api_id, first_day, last_day, tolerance, min_seconds=0, **reading):
    """Yield what is Compared, or raise CannotRun."""
    with open_staging() as staging:
        with cannot_run():
            if first_day and last_day and first_day > last_day:
                raise CannotRun("--from lies behind --to.")
            api_key = find_key(api_id)
            intake = read_file(file, staging, api_key, **reading)
            period = find_period(staging, first_day, last_day)
            compare(staging, api_key.api_id, period, int(tolerance.total_seconds()), min_seconds)
        report_intake(intake)
        yield Compared(staging, api_key, period, intake)


def find_key(api_id):
    with command_connection() as connection:
        api_key = queries.find_api_key(connection, api_id)
    if api_key is None:
        raise CannotRun(f"There is no key {api_id}.")
    if api_key.scope != INGRESS:
        raise CannotRun(f"Key {api_id} is not one that sends costs.")
    return api_key


def read_file(file, staging, api_key, given, only, did, vendor, time_zone):
    zone = sender_zone(time_zone or api_key.time_zone)
    reading = Reading(zone, current_app.config["TLDIALER_TIMEZONE"], now(), did=did)
    try:
        return take_in(file, staging, reading, given, only, vendor)
    except UnusableFile as error:
        raise CannotRun(f"{Path(file).name} {error}.") from None


def report_intake(intake):
    if intake.others:
        click.echo(f"Left out by --only: {intake.others:,}")
    if intake.disagrees():
        stated, added_up = (show(money) for money in intake.totals())
        click.echo(f"The file says that it adds up to {stated}, but its rows add up to {added_up}.", err=True)
