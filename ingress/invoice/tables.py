"""Tables, whatever kind of file holds them: what is read from an export, and what is written for a spreadsheet."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of the usual calendar, as Excel has counted since 1 March 1900

Value = str | int | Decimal | date | None

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet calculates what begins so instead of showing it
EXCEL_ERROR = re.compile(r"#(?:VALUE!|REF!|DIV/0!|NAME\?|NUM!|NULL!|N/A|SPILL!|CALC!)|#{3,}", re.IGNORECASE)


def refuse_formula(text: str) -> None:
    """Raise a ValueError where a cell has no value, but a formula or Excel's sign of an error."""
    if text.startswith("="):
        raise ValueError("a formula without a stored value: open the file in Excel, save it, and try again")
    if EXCEL_ERROR.fullmatch(text):
        raise ValueError("Excel's sign of an error, not a value: mend the cell")


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


class Sheet(NamedTuple):
    """A sheet of a workbook, or the only one of another file: the Tables as which it may be read, and its name."""

    tables: list[Table]
    name: str = ""
    is_hidden: bool = False


def escape_formula(value: Value) -> Value:
    """Return a text so that a spreadsheet shows it, since texts from outside must never be formulas."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
