"""Tables, whatever kind of file holds them: what is read from an export, and what is written for a spreadsheet."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of the usual calendar, as Excel has counted since 1 March 1900

Value = str | int | Decimal | None
WriteRow = Callable[[Sequence[Value]], object]


class UnusableFile(Exception):
    """The file cannot be read, or not as an invoice; the text says why."""


class ReadRows(Protocol):
    """Yields the rows from the first one on; when `strict`, a broken row raises UnusableFile."""

    def __call__(self, *, strict: bool) -> Iterator[list[str]]: ...


class Table(NamedTuple):
    """One way to read the file; `lines` is about how many rows there are, None if that is unknown."""

    read: ReadRows
    lines: int | None
    epoch: datetime = EXCEL_EPOCH  # day 0 of the dates that are written as numbers
