"""XLSX, written row by row. Imported only for a workbook, or each worker would carry the library along."""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from .tables import Value, escape_formula

SHEET_ROWS = 1_000_000  # a sheet ends at 1,048,576
SUMMARY, HISTORY = "Summary", "History"  # names of sheets that no vendor's has: ours, and one that Excel refuses
TITLE_LENGTH = 31  # Excel's limit for a sheet's name
NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\']")
MONEY_FORMAT = "#,##0.00##"
DAY_FORMAT, TIME_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
WIDTHS = {"finding": 34, "reason": 34, "also": 30, "call_id": 38, "remark": 60, "call_date": 27, "vendor": 20}
WIDTH, DATE_WIDTH, FIRST_WIDTH, SUMMARY_WIDTH = 14, 20, 36, 26  # in characters


class WorkbookFile:
    """Rows on sheets with filters and a header that stays in sight; a full sheet goes on in the next."""

    def __init__(self, workbook: Workbook, header: Sequence[str]) -> None:
        self.workbook, self.header = workbook, header
        self.sheet: Any = None  # its type knows neither widths nor filters
        self.title, self.rows = "Details", 0
        # A cell for each place and format, used again in each row: to make one anew takes its time.
        self.formatted: dict[tuple[int, str], Cell] = {}

    def begin_sheet(self, title: str) -> None:
        self.end_sheet()
        self.title, self.rows = title, 0
        self.sheet = self.workbook.create_sheet(make_title(title, [*self.workbook.sheetnames, SUMMARY, HISTORY]))
        self.sheet.freeze_panes = "A2"
        self.sheet.print_title_rows = "1:1"
        for place, name in enumerate(self.header, 1):
            width = WIDTHS.get(name, DATE_WIDTH if name.endswith("date") else WIDTH)
            self.sheet.column_dimensions[get_column_letter(place)].width = width
        self.sheet.append([self.bold(name) for name in self.header])

    def end_sheet(self) -> None:
        if self.sheet is not None:
            self.sheet.auto_filter.ref = f"A1:{get_column_letter(len(self.header))}{self.rows + 1}"

    def write(self, row: Sequence[Value]) -> None:
        if self.sheet is None or self.rows == SHEET_ROWS:
            self.begin_sheet(self.title)
        self.append(self.sheet, row)
        self.rows += 1

    def append(self, sheet: Any, row: Sequence[Value]) -> None:
        sheet.append([self.as_cell(sheet, value, place) for place, value in enumerate(row)])

    def as_cell(self, sheet: Any, value: Value, place: int) -> object:
        """Return text that no spreadsheet calculates, and money and dates as such."""
        if isinstance(value, str):
            return escape_formula(without_illegal_characters(value))
        if value is None or isinstance(value, int):
            return value
        number_format, shown = choose_format(value)
        cell = self.formatted.get((place, number_format))
        if cell is None:
            cell = self.formatted[place, number_format] = WriteOnlyCell(sheet)
            cell.number_format = number_format
        cell.value = shown
        return cell

    def bold(self, text: str) -> Cell:
        cell = WriteOnlyCell(self.sheet, value=text)
        cell.font = Font(bold=True)
        return cell

    def write_summary(self, rows: Iterable[Sequence[Value]]) -> None:
        """Write the first sheet."""
        sheet = self.workbook.create_sheet(SUMMARY, 0)
        sheet.column_dimensions["A"].width = FIRST_WIDTH
        for letter in "BCDE":
            sheet.column_dimensions[letter].width = SUMMARY_WIDTH
        for row in rows:
            self.append(sheet, row)


@contextmanager
def open_workbook(path: Path, header: Sequence[str]) -> Iterator[WorkbookFile]:
    """Yield a WorkbookFile, which is saved at the end."""
    workbook = Workbook(write_only=True)
    file = WorkbookFile(workbook, header)
    yield file
    if file.sheet is None:
        file.begin_sheet(file.title)
    file.end_sheet()
    workbook.active = 0
    workbook.save(path)


def choose_format(value: Decimal | date) -> tuple[str, Decimal | date]:
    """Return how Excel shows a value, and the value: Excel's dates have no zone, so the format shows the offset."""
    if isinstance(value, Decimal):
        return MONEY_FORMAT, value
    if not isinstance(value, datetime):
        return DAY_FORMAT, value
    if value.tzinfo is None:
        return TIME_FORMAT, value
    offset = value.isoformat()[-len("+00:00") :]
    return f'{TIME_FORMAT} "{offset}"', value.replace(tzinfo=None)


def make_title(title: str, taken: Sequence[str]) -> str:
    """Return a name that Excel allows for a sheet and that no other has, in upper or lower case."""
    title = NOT_IN_TITLES.sub(" ", without_illegal_characters(title)).strip()[:TITLE_LENGTH] or "Details"
    names, number, found = {name.casefold() for name in taken}, 1, title
    while found.casefold() in names:
        number += 1
        ending = f" {number}"
        found = title[: TITLE_LENGTH - len(ending)] + ending
    return found


def without_illegal_characters(text: str) -> str:
    """Return the text without the control characters that XML cannot hold."""
    return ILLEGAL_CHARACTERS_RE.sub("", text)
