"""The dialer's database for a command, and its errors as one line instead of a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
import pymysql

from ..database.connection import Connection
from ..database.pool import get_database
from ..errors import TLDialerConnectionError


@contextmanager
def command_errors() -> Iterator[None]:
    try:
        yield
    except TLDialerConnectionError as error:
        raise click.ClickException(f"{error}: {error.__cause__}") from None
    except pymysql.Error as error:
        raise click.ClickException(str(error)) from None


@contextmanager
def command_connection() -> Iterator[Connection]:
    with command_errors(), get_database().connection() as connection:
        yield connection
