"""Both sides of an invoice in a temporary SQLite file, so that a million rows need disk instead of memory."""

import gc
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import starmap
from typing import Any, TypeVar

from ..sql import read_statements

INVOICE_STATEMENTS = read_statements("invoice")
INVOICE_PARAMETER = re.compile(r":\w+")
ALLOCATIONS = 100_000  # after which Python looks for cycles
CACHE_KIB = 64 * 1024  # the rest of a larger file stays on disk

Row = TypeVar("Row")


class Staging:
    """The statements of `sql/invoice/`, by name."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def execute(self, name: str, **values: int | str) -> sqlite3.Cursor:
        return self.connection.execute(INVOICE_STATEMENTS[name], values)

    def run(self, name: str, **values: int | str) -> None:
        """Run a statement that writes."""
        with self.connection:
            self.execute(name, **values)

    def run_for_each(self, name: str, records: Iterable[tuple[Any, ...]]) -> None:
        """Run a statement that writes with each record, whose fields are the statement's parameters in their order.

        `records` may be a generator, as none is kept. Parameters are bound by place: names take twice the time.
        """
        with self.connection:
            self.connection.executemany(INVOICE_PARAMETER.sub("?", INVOICE_STATEMENTS[name]), records)

    def rows(self, record: Callable[..., Row], name: str, **values: int | str) -> Iterator[Row]:
        """Yield the rows of a statement one by one, each as a `record` of its columns."""
        return starmap(record, self.execute(name, **values))

    def run_script(self, name: str) -> None:
        """Run several statements that take nothing."""
        self.connection.executescript(INVOICE_STATEMENTS[name])

    def row(self, record: Callable[..., Row], name: str) -> Row:
        """Return the only row of a statement."""
        return next(self.rows(record, name))


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Let Python look for cycles seldom: rows make none, and among so many it took a twentieth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(ALLOCATIONS, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def open_staging() -> Iterator[Staging]:
    """Yield an empty Staging. Its file has no name, so that it is gone even if the process is killed."""
    with collecting_seldom(), closing(sqlite3.connect("")) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        staging = Staging(connection)
        staging.run_script("create_tables")
        staging.run_script("create_findings")
        yield staging
