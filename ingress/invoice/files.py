"""The platform's export as rows of text, whatever kind of file it is: CSV in any usual form, or XLSX."""

import codecs
import csv
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

DELIMITERS = ",;\t|"
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
XLSX = b"PK"  # a ZIP archive
GZIP = b"\x1f\x8b"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # the archive of Excel before 2007, and of encrypted workbooks
CHUNK = 1 << 20  # bytes
EXCEL_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of the usual calendar, as Excel has counted since 1 March 1900


class UnusableFile(Exception):
    """The file cannot be read, or not as an invoice; the text says why."""


class Table(NamedTuple):
    """One way to read the file: `read(strict)` gives its rows from the start, `lines` is about how many there are."""

    read: callable
    lines: int | None
    epoch: datetime = EXCEL_EPOCH  # day 0 of the dates that are written as numbers


@contextmanager
def open_tables(path):
    """Yield the Tables that the file may hold: a sheet each, or the same CSV with each delimiter."""
    with Path(path).open("rb") as file:
        start = file.read(CHUNK)
    if start.startswith(GZIP):
        raise UnusableFile("is compressed: unpack it with gunzip first")
    if start.startswith(OLD_EXCEL):
        raise UnusableFile("is an old or encrypted Excel workbook: save it as XLSX or CSV")
    if not start.startswith(XLSX):
        yield list_csv_tables(path, *survey(path, guess_encoding(start)))
        return
    from .workbooks import open_sheets

    with open_sheets(path) as tables:
        yield tables


def guess_encoding(start):
    """By byte order mark, else by the zeros that UTF-16 puts beside each Latin letter, else UTF-8."""
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return encoding
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = start[:1000][offset::2]
        if half and half.count(0) > len(half) * 0.7:  # names in other scripts leave some zeros out
            return encoding
    return "utf-8"


def survey(path, encoding):
    """Return the encoding, Windows' own where a file is not UTF-8 to its end, and about how many lines there are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    with Path(path).open("rb") as file:
        try:
            for chunk in iter(partial(file.read, CHUNK), b""):
                lines += decoder.decode(chunk).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if not encoding.startswith("utf-8"):
                raise UnusableFile(f"begins like {encoding}, but is not: {error.reason}") from None
            return "cp1252", None
    return encoding, lines


def list_csv_tables(path, encoding, lines):
    return [Table(partial(read_csv, path, encoding, delimiter), lines) for delimiter in DELIMITERS]


def read_csv(path, encoding, delimiter, strict=True):
    """Strict: a quote that is never closed would swallow all rows behind it without a word."""
    with Path(path).open(encoding=encoding, newline="", errors="replace") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=strict)
        try:
            yield from reader
        except csv.Error as error:
            raise UnusableFile(f"is broken at line {reader.line_num}: {error}") from None
