"""The options of `reconcile` and `import` that say which invoice is compared, and how its file is read."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import click

from ..invoice.columns import parse_map
from .options import check_duration, check_number, check_time_zone
from .output import Command


class InvoiceOptions(NamedTuple):
    """What the options say; days are those of the dialer's calendar, `given` and `only` are columns of the file."""

    file: Path
    key: str
    first_day: datetime | None
    last_day: datetime | None
    given: dict[str, str]
    only: dict[str, str]
    did: str | None
    vendor: bool
    time_zone: str | None
    tolerance: timedelta
    day_first: bool | None = None


def check_map(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    try:
        return {field: column for value in values for field, column in parse_map(value).items()}
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from None


def check_only(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    wanted = {column: value for column, _, value in (text.partition("=") for text in values)}
    if "" in map(str.strip, wanted):
        raise click.BadParameter("It must look like COLUMN=VALUE.")
    return wanted


CALENDAR_DAY = click.DateTime(["%Y-%m-%d"])
WRITABLE_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


def check_table_file(context: click.Context, parameter: click.Parameter, value: Path | None) -> Path | None:
    """Return a file whose name says what is written into it."""
    if value is not None and value.suffix.lower() not in (".csv", ".xlsx"):
        raise click.BadParameter(f"{value.name} must end in .csv or .xlsx.")
    return value


def details_option(text: str) -> Callable[[Command], Command]:
    return click.option("--details", type=WRITABLE_FILE, callback=check_table_file, help=text)


FILE_OPTIONS = (
    click.argument("file", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)),
    click.option("--key", metavar="KEY", required=True, help="Id or name of the key that the platform sends with."),
    click.option(
        "--from",
        "first_day",
        type=CALENDAR_DAY,
        metavar="YYYY-MM-DD",
        help="First day on the dialer's calendar; default: the file's.",
    ),
    click.option(
        "--to", "last_day", type=CALENDAR_DAY, metavar="YYYY-MM-DD", help="Last day, included; default: the file's."
    ),
    click.option(
        "--map",
        "given",
        multiple=True,
        callback=check_map,
        metavar="FIELD=COLUMN,...",
        help='Columns of the file, as in cost=Payout,cid="Caller ID". May be repeated.',
    ),
    click.option(
        "--only",
        multiple=True,
        callback=check_only,
        metavar="COLUMN=VALUE",
        help="Only rows with this value, as in Buyer=Acme. May be repeated: all filters must match.",
    ),
    click.option(
        "--did", metavar="NUMBER", callback=check_number, help="The number called, for rows that do not name it."
    ),
    click.option("--vendor", is_flag=True, help="The account is a vendor's: the vendor's revenue is our cost."),
    click.option(
        "--time-zone",
        metavar="ZONE",
        callback=check_time_zone,
        help="Time zone of times without an offset; default: the key's.",
    ),
    click.option(
        "--day-first/--month-first",
        default=None,
        help="How dates such as 11/10/2026 are meant; default: month first, unless the file shows otherwise.",
    ),
    click.option(
        "--tolerance",
        default="5m",
        show_default=True,
        metavar="DURATION",
        callback=check_duration,
        help="Longest time between a row and a cost of the same call.",
    ),
)


def file_options(command: Command) -> Command:
    """Give a command the options of FILE_OPTIONS, to be put into InvoiceOptions."""
    return reduce(lambda wrapped, option: option(wrapped), reversed(FILE_OPTIONS), command)
