"""What the commands share: the dialer's database and clock, and its refusals as one line each."""

from contextlib import contextmanager
from datetime import UTC, datetime

import click
import pymysql
from flask import current_app

from ..database import get_database
from ..errors import TLDialerConnectionError
from ..fields import wall_clock


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


def dialer_now():
    return wall_clock(datetime.now(UTC), current_app.config["TLDIALER_TIMEZONE"]).replace(microsecond=0)
