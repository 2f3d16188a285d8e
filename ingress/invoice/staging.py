"""Both sides of an invoice in a temporary SQLite file, so that a million rows need disk instead of memory."""

import sqlite3
from contextlib import closing, contextmanager

from ..sql import read_statements

INVOICE_STATEMENTS = read_statements("invoice")
CACHE = 64 * 1024  # KiB; the rest of a larger file stays on disk


class Staging:
    """The statements of `sql/invoice/`, by name."""

    def __init__(self, connection):
        self.connection = connection
        self.connection.row_factory = sqlite3.Row

    def run(self, name, **values):
        with self.connection:
            return self.connection.execute(INVOICE_STATEMENTS[name], values)

    def run_for_each(self, name, rows):
        """`rows` may be a generator: none is kept."""
        with self.connection:
            self.connection.executemany(INVOICE_STATEMENTS[name], rows)

    def rows(self, name, **values):
        """Rows one by one, with their columns as attributes of a mapping."""
        return self.connection.execute(INVOICE_STATEMENTS[name], values)


@contextmanager
def open_staging():
    """Yield an empty Staging. Its file has no name, so that it is gone even if the process is killed."""
    with closing(sqlite3.connect("")) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA cache_size = -{CACHE}")
        connection.executescript(INVOICE_STATEMENTS["create_tables"])
        connection.execute(INVOICE_STATEMENTS["create_findings"])
        yield Staging(connection)
