"""XLSX, read and written row by row. Imported only for a workbook, or each worker would carry the library along."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from functools import partial
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from .tables import Table, UnusableFile, Value, WriteRow

FLOAT = ".15g"  # digits that Excel itself shows; a cell of 12.5 may be stored as 12.500000000000002
SHEET_ROWS = 1_000_000  # a sheet ends at 1,048,576


@contextmanager
def open_sheets(path: Path) -> Iterator[list[Table]]:
    """Yield a Table for each sheet."""
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise UnusableFile(f"is no readable workbook: {error}") from None
    try:
        yield [Table(partial(read_sheet, sheet), sheet.max_row, workbook.epoch) for sheet in workbook.worksheets]
    finally:
        workbook.close()


def read_sheet(sheet: ReadOnlyWorksheet, *, strict: bool) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # some programs write wrong ones, and rows would be missing
    for row in sheet.iter_rows(values_only=True):  # type: ignore[misc] # the stubs borrow it from another class
        yield [cell_text(value) for value in row]


def cell_text(value: object) -> str:
    """Return a cell as a CSV would hold it; midnight becomes a date alone, since Excel has no type for dates."""
    if value is None:
        return ""
    if isinstance(value, float):
        return format(Decimal(format(value, FLOAT)), "f")
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == time() else value.isoformat()
    return str(value)


@contextmanager
def open_workbook(path: Path, header: Sequence[str]) -> Iterator[WriteRow]:
    """Yield a function that writes a row; a new sheet begins where one is full."""
    workbook = Workbook(write_only=True)
    rows = 0

    def write(row: Sequence[Value]) -> None:
        nonlocal rows
        if rows % SHEET_ROWS == 0:
            workbook.create_sheet().append(header)
        workbook.worksheets[-1].append([without_illegal_characters(value) for value in row])
        rows += 1

    yield write
    if not rows:
        workbook.create_sheet().append(header)
    workbook.save(path)


def without_illegal_characters(value: Value) -> Value:
    """Return the value without the control characters that XML cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
