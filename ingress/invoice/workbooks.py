"""XLSX, written row by row. Imported only for a workbook, or each worker would carry the library along."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from .tables import Value, WriteRow

SHEET_ROWS = 1_000_000  # a sheet ends at 1,048,576


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
