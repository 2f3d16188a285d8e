"""What `reconcile` and `import` share: reading the platform's export, and comparing it with what came in."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import click
from flask import current_app

from ..clock import sender_zone
from ..database import queries
from ..invoice.columns import ColumnOptions
from ..invoice.comparing import compare
from ..invoice.day_order import DayOrder, Order
from ..invoice.hints import list_hints
from ..invoice.intake import Intake, take_in
from ..invoice.moments import Reading
from ..invoice.notes import list_notes
from ..invoice.period import Period, find_period
from ..invoice.staging import Staging, open_staging
from ..invoice.tables import UnusableFile
from .database import command_connection, command_errors
from .found_keys import find_sending_key
from .invoice_options import InvoiceOptions


class CannotRun(click.ClickException):
    exit_code = 2  # as for wrong options; 1 says that something differs


class Compared(NamedTuple):
    """The staged sides of an invoice, compared."""

    staging: Staging
    api_key: queries.ApiKey
    period: Period


@contextmanager
def cannot_run() -> Iterator[None]:
    """Make exit code 2 of every error that keeps a command from its work."""
    try:
        with command_errors():
            yield
    except click.ClickException as error:
        raise CannotRun(error.message) from None
    except (OSError, sqlite3.OperationalError) as error:  # a path that is not there, a disk that is full
        raise CannotRun(str(error)) from None


@contextmanager
def compared(options: InvoiceOptions, min_seconds: int = 0) -> Iterator[Compared]:
    """Yield what is Compared, or raise CannotRun."""
    with open_staging() as staging:
        with cannot_run():
            if options.first_day and options.last_day and options.first_day > options.last_day:
                raise CannotRun("--from is later than --to.")
            with command_connection() as connection:
                api_key = find_sending_key(connection, options.key)
            intake = read_file(options, staging, api_key)
            period = find_period(staging, options.first_day, options.last_day)
            compare(staging, api_key.api_id, period, int(options.tolerance.total_seconds()), min_seconds)
            hints = list(list_hints(staging, intake.order))
        report_intake(intake)
        for hint in hints:
            click.echo(hint, err=True)
        yield Compared(staging, api_key, period)


def read_file(options: InvoiceOptions, staging: Staging, api_key: queries.ApiKey) -> Intake:
    zone = sender_zone(options.time_zone or api_key.time_zone)
    now = datetime.now(UTC)
    told = None if options.day_first is None else Order.DAY_FIRST if options.day_first else Order.MONTH_FIRST
    order = DayOrder(now.date(), told)
    reading = Reading(zone, current_app.config["TLDIALER_TIMEZONE"], now, order=order)
    columns = ColumnOptions(options.given, options.only, options.did, options.vendor)
    try:
        return take_in(options.file, staging, reading, columns)
    except UnusableFile as error:
        raise CannotRun(f"{options.file.name} {error}.") from None


def report_intake(intake: Intake) -> None:
    if intake.left_out:
        click.echo(f"Left out by --only: {intake.left_out:,}")
    for note in list_notes(intake):
        click.echo(note, err=True)
