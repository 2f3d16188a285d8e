"""Tables of an HTML page, or of Excel's XML of 2003: both are called .xls because Excel opens them."""

import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from .csv_files import guess_encoding, survey
from .tables import Sheet, Table, UnusableFile

DECLARED = re.compile(rb"""<meta[^>]*charset=["']?([\w-]+)""", re.IGNORECASE)
TAGS = {"row": "tr", "cell": "td"}  # Excel's XML has these in its `Table`
MOST_CELLS = 1000  # that a cell may span; more is a mistake


def is_html(start: bytes) -> bool:
    return bool(re.match(rb"(?:\xef\xbb\xbf|\xff\xfe)?[\s\0]*<", start)) and b"<" in start


def list_html_sheets(path: Path, start: bytes) -> list[Sheet]:
    """Return a Sheet for each table of the page."""
    tables = TableParser()
    with path.open(encoding=find_html_encoding(path, start), newline="", errors="replace") as file:
        for piece in iter(partial(file.read, 1 << 16), ""):
            tables.feed(piece.replace("\0", ""))
        tables.close()
    if not tables.tables:
        raise UnusableFile("looks like HTML or XML, but has no table: export it as CSV or XLSX")
    return [
        Sheet([Table(partial(read_html_rows, rows), len(rows))], f"table {number}")
        for number, rows in enumerate(tables.tables, start=1)
    ]


def find_html_encoding(path: Path, start: bytes) -> str:
    """Return it by byte order mark, else as the page says, else as for a CSV."""
    guessed = guess_encoding(start)
    declared = DECLARED.search(start[:4096])
    if guessed == "utf-8" and declared:
        try:
            return survey(path, declared[1].decode())[0]
        except (LookupError, UnusableFile):
            pass  # no encoding that Python knows, or a wrong one
    return survey(path, guessed)[0]


def read_html_rows(rows: list[list[str]], *, strict: bool) -> Iterator[list[str]]:
    return iter(rows)


class TableParser(HTMLParser):
    """Collects the rows of each table in `tables`; a table within another is one of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.open_tables: list[list[list[str]]] = []
        self.cell: list[str] | None = None
        self.span = 1

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        tag = TAGS.get(tag, tag)
        if tag == "table":
            self.end_cell()
            self.open_tables.append([])
            self.tables.append(self.open_tables[-1])
        elif tag == "tr" and self.open_tables:
            self.end_cell()
            self.open_tables[-1].append([])
        elif tag in ("td", "th") and self.open_tables and self.open_tables[-1]:
            self.end_cell()
            values = dict(attributes)
            self.skip_to(read_span(values.get("ss:index")))
            self.cell, self.span = [], read_span(values.get("colspan"))
        elif tag == "br" and self.cell is not None:
            self.cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        tag = TAGS.get(tag, tag)
        if tag in ("td", "th", "tr", "table"):
            self.end_cell()
        if tag == "table" and self.open_tables:
            self.open_tables.pop()

    def skip_to(self, place: int) -> None:
        """Fill in the empty cells that Excel's XML leaves out."""
        cells = self.open_tables[-1][-1]
        cells.extend([""] * (place - 1 - len(cells)))

    def handle_data(self, data: str) -> None:
        if self.cell is not None:
            self.cell.append(data)

    def end_cell(self) -> None:
        if self.cell is not None and self.open_tables and self.open_tables[-1]:
            text = " ".join("".join(self.cell).split())
            self.open_tables[-1][-1].extend([text] + [""] * (self.span - 1))
        self.cell = None


def read_span(text: str | None) -> int:
    return min(int(text), MOST_CELLS) if text and text.isdecimal() and int(text) else 1
