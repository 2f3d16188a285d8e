"""What the commands share: the dialer's database and clock, and its refusals as one line each."""

from contextlib import contextmanager
from datetime import timedelta

import click
import pymysql
from marshmallow import ValidationError

from ..config import parse_duration
from ..database.pool import get_database
from ..errors import TLDialerConnectionError

LONGEST = timedelta(days=3650)  # ten years; far more, and no calendar reaches back


def check_duration(context, parameter, value):
    """An option's callback: a length of time such as `7d`, or None when the option was not given."""
    try:
        duration = None if value is None else parse_duration(value)
    except (ValidationError, ValueError, OverflowError):
        raise click.BadParameter(f"{value} is no length of time such as 7d, 12h or 90m.") from None
    if duration and duration > LONGEST:
        raise click.BadParameter(f"{value} is longer than ten years.")
    return duration


@contextmanager
def command_errors():
    """What the database says, as one line instead of a traceback."""
    try:
        yield
    except TLDialerConnectionError as error:
        raise click.ClickException(f"{error}: {error.__cause__}") from None
    except pymysql.Error as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def command_connection():
    with command_errors(), get_database().connection() as connection:
        yield connection
