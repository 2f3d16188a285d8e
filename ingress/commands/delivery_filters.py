"""The options that say which deliveries are meant, the same for `deliveries list` and `deliveries replay`."""

from datetime import date, timedelta
from functools import reduce
from typing import Any

import click

from ..clock import dialer_now
from ..console.filters import read_filters
from ..database.connection import Connection
from ..outcome import LOGGED_OUTCOMES
from .found_keys import find_key
from .options import check_since, since_moment
from .output import Command

FILTER_OPTIONS = (
    click.option("--key", metavar="KEY", help="Only deliveries with this key, an id or a name."),
    click.option(
        "--outcome",
        type=click.Choice([str(outcome) for outcome in LOGGED_OUTCOMES]),
        help="Only deliveries with this outcome.",
    ),
    click.option("--did", metavar="NUMBER", help="Only calls to this number."),
    click.option("--cid", metavar="NUMBER", help="Only calls from this number."),
    click.option(
        "--since",
        metavar="DAY or DURATION",
        callback=check_since,
        help="First day on the dialer's calendar, such as 2026-03-05, or how long ago, such as 12h.",
    ),
    click.option("--until", metavar="DAY", help="Last day, included."),
)


def filter_options(command: Command) -> Command:
    return reduce(lambda wrapped, option: option(wrapped), reversed(FILTER_OPTIONS), command)


def read_asked(
    connection: Connection, key: str | None = None, since: date | timedelta | None = None, **texts: str | None
) -> dict[str, Any]:
    """Return the filters as the statement takes them; raises BadParameter, which names each option that is wrong."""
    given = {name: text for name, text in texts.items() if text}
    if key:
        given["api_id"] = str(find_key(connection, key).api_id)
    first = since_moment(since, dialer_now()) if since is not None else None
    if first:
        given["since"] = first.date().isoformat()
    filters, complaints = read_filters(given)
    if complaints:
        wrong = (f"--{name.replace('_', '-')}: {' '.join(messages)}" for name, messages in complaints.items())
        raise click.BadParameter("; ".join(wrong))
    return {**filters, "since": first} if first else filters
