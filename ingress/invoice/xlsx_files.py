"""XLSX as rows of text, sheet by sheet and row by row: numbers keep the digits that the file has."""

import posixpath
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from decimal import Context, Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from .sheet_parser import RawCell, parse_rows, parse_strings
from .tables import EXCEL_EPOCH, Sheet, Table, UnusableFile

MAC_EPOCH = datetime(1904, 1, 1)  # noqa: DTZ001 - day 0 of the calendar that old Macs used
DIMENSION_BYTES = 4096  # of a sheet, in which its size stands
EXCEL_DIGITS = Context(prec=15)  # that Excel itself shows; a cell of 12.5 may be stored as 12.500000000000002
BROKEN = (BadZipFile, KeyError, ValueError, IndexError, ExpatError, ParseError, NotImplementedError, RuntimeError)


class Part(NamedTuple):
    """A sheet of the workbook: its name, whether it is shown, and where it is in the archive."""

    name: str
    is_hidden: bool
    path: str


@contextmanager
def open_sheets(path: Path) -> Iterator[list[Sheet]]:
    """Yield the Sheets in their order, hidden ones too."""
    with ExitStack() as stack:
        with readable():
            archive = stack.enter_context(ZipFile(path))
            book = find_book(archive)
            epoch, parts = read_book(archive, book)
            strings = read_strings(archive, book)
            sheets = [make_sheet(archive, part, strings, epoch) for part in parts]
        yield sheets


@contextmanager
def readable() -> Iterator[None]:
    try:
        yield
    except BROKEN as error:
        raise UnusableFile(f"is no readable workbook: {error}") from None


def find_book(archive: ZipFile) -> str:
    names = archive.namelist()
    if book := next((name for name in names if name.lower().endswith("xl/workbook.xml")), None):
        return book
    raise UnusableFile("is no XLSX: save it as XLSX or CSV")


def read_book(archive: ZipFile, book: str) -> tuple[datetime, list[Part]]:
    """Return day 0 of the workbook's dates, and its sheets."""
    root = fromstring(archive.read(book))  # noqa: S314 - expat bounds what entities may grow to
    targets = read_targets(archive, book)
    settings = next(iter(list_elements(root, "workbookPr")), None)
    is_mac = settings is not None and settings.get("date1904") in ("1", "true")
    parts = [
        Part(sheet.get("name", ""), sheet.get("state", "visible") != "visible", target)
        for sheet in list_elements(root, "sheet")
        if (target := targets.get(find_relation(sheet))) and "chartsheet" not in target
    ]
    return MAC_EPOCH if is_mac else EXCEL_EPOCH, parts


def list_elements(root: Element, name: str) -> list[Element]:
    """Return the elements of this name in any namespace: that of Excel's strict format is another."""
    return [element for element in root.iter() if element.tag.rpartition("}")[2] == name]


def find_relation(sheet: Element) -> str:
    return next((value for name, value in sheet.items() if name.endswith("}id")), "")


def read_targets(archive: ZipFile, book: str) -> dict[str, str]:
    """Return where each part is that the workbook refers to, by its id."""
    folder, name = posixpath.split(book)
    root = fromstring(archive.read(f"{folder}/_rels/{name}.rels"))  # noqa: S314 - as above
    return {
        relation.get("Id", ""): posixpath.normpath(posixpath.join(f"/{folder}", relation.get("Target", ""))).lstrip("/")
        for relation in list_elements(root, "Relationship")
    }


def read_strings(archive: ZipFile, book: str) -> list[str]:
    """Return the texts to which cells refer by number."""
    for path in read_targets(archive, book).values():
        if path.lower().endswith("sharedstrings.xml") and path in archive.namelist():
            with archive.open(path) as file:
                return parse_strings(file)
    return []


def make_sheet(archive: ZipFile, part: Part, strings: list[str], epoch: datetime) -> Sheet:
    table = Table(partial(read_sheet, archive, part, strings), count_lines(archive, part), epoch)
    return Sheet([table], part.name, part.is_hidden)


def count_lines(archive: ZipFile, part: Part) -> int | None:
    """Return how many rows the sheet says that it has; it may be wrong, so it serves only to show progress."""
    with archive.open(part.path) as file:
        size = re.search(rb'dimension ref="[A-Z]+\d+:[A-Z]+(\d+)"', file.read(DIMENSION_BYTES))
    return int(size[1]) if size else None


def read_sheet(archive: ZipFile, part: Part, strings: list[str], *, strict: bool) -> Iterator[list[str]]:
    """Yield the rows, also the empty ones that the file leaves out; it makes no difference whether `strict`."""
    with readable(), archive.open(part.path) as file:
        behind = 0
        for number, cells in parse_rows(file):
            yield from ([] for _ in range(behind + 1, number))
            yield [cell_text(cell, strings) for cell in cells]
            behind = number


def cell_text(cell: RawCell | None, strings: list[str]) -> str:
    """Return a cell as a CSV would hold it; a formula without a stored value is the formula."""
    if cell is None:
        return ""
    if cell.kind == "s":
        return strings[int(cell.text)] if cell.text else ""
    if not cell.text and cell.formula is not None and cell.kind != "str":
        return f"={cell.formula}"
    if cell.kind == "n" and cell.text:
        return number_text(cell.text)
    return cell.text


@lru_cache(10_000)  # the number called and the amount are the same in most rows
def number_text(text: str) -> str:
    """Return a number without an exponent, and without the digits that only binary fractions have."""
    if text.isdigit():
        return text
    number = Decimal(text)
    if number != number.to_integral_value():
        number = EXCEL_DIGITS.create_decimal(number)
    return format(number, "f") if number else "0"
