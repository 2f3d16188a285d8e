"""CSV as rows of text, in any usual encoding and with any usual delimiter."""

import codecs
import csv
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from .tables import Table, UnusableFile

DELIMITERS = ",;\t|"
FILE_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
FIRST_LINE_BYTES = 100  # in which a first line `sep=;` would be
SURVEY_BYTES = 1 << 20  # read at a time


def list_csv_tables(path: Path, start: bytes) -> list[Table]:
    """Return the same CSV with each delimiter; `start` is its first bytes."""
    encoding, lines = survey(path, guess_encoding(start))
    delimiters = declared_delimiter(start[:FIRST_LINE_BYTES].decode(encoding, errors="ignore")) or DELIMITERS
    return [Table(partial(read_csv, path, encoding, delimiter), lines) for delimiter in delimiters]


def declared_delimiter(start: str) -> str | None:
    """Return the delimiter that a first line `sep=;` tells Excel."""
    declared = re.match('\ufeff?"?sep=(.)"?[\r\n]', start, re.IGNORECASE)
    return declared and declared[1]


def guess_encoding(start: bytes) -> str:
    """Return it by byte order mark, else by the zeros that UTF-16 puts beside each Latin letter, else UTF-8."""
    for mark, encoding in FILE_MARKS.items():
        if start.startswith(mark):
            return encoding
    for offset, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = start[:1000][offset::2]
        if half and half.count(0) > len(half) * 0.7:  # names in other scripts have fewer zeros
            return encoding
    return "utf-8"


def survey(path: Path, encoding: str) -> tuple[str, int | None]:
    """Return the encoding, Windows' own when the file is not valid UTF-8, and about how many lines there are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    with path.open("rb") as file:
        try:
            for chunk in iter(partial(file.read, SURVEY_BYTES), b""):
                lines += decoder.decode(chunk).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            if not encoding.startswith("utf-8"):
                raise UnusableFile(f"begins like {encoding}, but is not: {error.reason}") from None
            return "cp1252", None
    return encoding, lines


def read_csv(path: Path, encoding: str, delimiter: str, *, strict: bool) -> Iterator[list[str]]:
    """Yield the rows. Strict, because a quote that is never closed would silently swallow all rows after it."""
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        reader = csv.reader(map(clean, file), delimiter=delimiter, strict=strict)
        try:
            yield from reader
        except csv.Error as error:
            raise UnusableFile(f"is broken at line {reader.line_num}: {error}") from None


def clean(line: str) -> str:
    """Return the line without zeros, a second byte order mark, and the character that ends a file of DOS."""
    return line.replace("\0", "").replace("\ufeff", "").replace("\x1a", "")
