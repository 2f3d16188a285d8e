"""XLSX, read and written row by row. Imported where a workbook is met, or each worker would carry the library along."""

from contextlib import contextmanager
from datetime import datetime, time
from decimal import Decimal
from functools import partial
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils.exceptions import InvalidFileException

from .files import Table, UnusableFile

FLOAT = ".15g"  # digits that Excel itself shows; a cell of 12.5 may be stored as 12.500000000000002
SHEET_ROWS = 1_000_000  # a sheet ends at 1,048,576


@contextmanager
def open_sheets(path):
    """Yield a Table for each sheet."""
    try:
        workbook = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise UnusableFile(f"is no readable workbook: {error}") from None
    try:
        yield [Table(partial(read_sheet, sheet), sheet.max_row, workbook.epoch) for sheet in workbook.worksheets]
    finally:
        workbook.close()


def read_sheet(sheet, strict=True):
    sheet.reset_dimensions()  # some programs write wrong ones, and rows would be missing
    for row in sheet.iter_rows(values_only=True):
        yield [as_text(value) for value in row]


def as_text(value):
    """A cell as a CSV would hold it; midnight is a date without a clock, since Excel knows no other."""
    if value is None:
        return ""
    if isinstance(value, float):
        return format(Decimal(format(value, FLOAT)), "f")
    if isinstance(value, datetime):
        return str(value.date()) if value.time() == time() else value.isoformat()
    return str(value)


@contextmanager
def open_workbook(path, header):
    """Yield a function that writes a row; a new sheet begins where one is full."""
    workbook = Workbook(write_only=True)
    rows = 0

    def write(row):
        nonlocal rows
        if rows % SHEET_ROWS == 0:
            workbook.create_sheet().append(header)
        workbook.worksheets[-1].append([writable(value) for value in row])
        rows += 1

    yield write
    if not rows:
        workbook.create_sheet().append(header)
    workbook.save(path)


def writable(value):
    return ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value
