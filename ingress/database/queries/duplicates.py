"""The one error of the database that is expected: a key that is claimed already."""

from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
from pymysql.constants import ER


class DuplicateDelivery(Exception):
    """A delivery with this key is there already, and it is committed."""


@contextmanager
def raising_duplicates() -> Iterator[None]:
    """Tell duplicates by their number: a foreign key or a NOT NULL that fails is an IntegrityError too."""
    try:
        yield
    except pymysql.IntegrityError as error:
        if error.args[0] == ER.DUP_ENTRY:
            raise DuplicateDelivery from error
        raise
