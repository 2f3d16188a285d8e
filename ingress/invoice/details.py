"""Lists of rows as a file for a spreadsheet: CSV, or XLSX if the file name ends so."""

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from .tables import Value, WriteRow

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet calculates what begins so instead of showing it


@contextmanager
def open_details(path: Path, header: Sequence[str]) -> Iterator[WriteRow]:
    """Yield a function that writes a row; none is kept in memory."""
    open_file = choose_writer(path)
    with open_file(path, header) as write:
        yield lambda row: write([escape_formula(value) for value in row])


def choose_writer(path: Path) -> Callable[[Path, Sequence[str]], AbstractContextManager[WriteRow]]:
    if path.suffix.lower() != ".xlsx":
        return open_csv
    from .workbooks import open_workbook

    return open_workbook


@contextmanager
def open_csv(path: Path, header: Sequence[str]) -> Iterator[WriteRow]:
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # Excel reads UTF-8 only with this mark
        writer = csv.writer(file)
        writer.writerow(header)
        yield writer.writerow


def escape_formula(value: Value) -> Value:
    """Return a text so that a spreadsheet shows it, since texts from outside must never be formulas."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
