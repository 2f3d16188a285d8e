"""The platform's export as tables, recognised by its first bytes: CSV in any usual form, XLSX, HTML or JSON."""

import gzip
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from .csv_files import list_csv_tables
from .html_files import is_html, list_html_sheets
from .json_files import is_json, list_json_sheets
from .tables import Sheet, UnusableFile
from .xlsx_files import open_sheets

START_BYTES = 1 << 20  # by which kind and encoding are recognised
ZIP = b"PK"
GZIP_START = b"\x1f\x8b"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # the archive of Excel before 2007, and of encrypted workbooks
WORKBOOK = "[Content_Types].xml"  # the first entry of XLSX and its kin
OPEN_DOCUMENT = "mimetype"


@contextmanager
def open_tables(path: Path) -> Iterator[list[Sheet]]:
    """Yield the Sheets of the file, each with the Tables that it may be: one, or the same CSV with each delimiter."""
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    if start.startswith(OLD_EXCEL):
        raise UnusableFile("is an old or encrypted Excel workbook: save it as XLSX or CSV")
    if start.startswith(GZIP_START) or (start.startswith(ZIP) and not is_workbook(path)):
        with unpacked(path, start) as only, open_tables(only) as sheets:
            yield sheets
    elif start.startswith(ZIP):
        with open_sheets(path) as sheets:
            yield sheets
    elif is_html(start):
        yield list_html_sheets(path, start)
    elif is_json(start):
        yield list_json_sheets(path, start)
    else:
        yield [Sheet(list_csv_tables(path, start))]


def is_workbook(path: Path) -> bool:
    try:
        with ZipFile(path) as archive:
            return bool({WORKBOOK, OPEN_DOCUMENT} & set(archive.namelist()))
    except BadZipFile as error:
        raise UnusableFile(f"is no readable workbook or ZIP: {error}") from None


@contextmanager
def unpacked(path: Path, start: bytes) -> Iterator[Path]:
    """Yield the only file of an archive, unpacked; it is gone afterwards."""
    with TemporaryDirectory() as folder:
        only = Path(folder) / "unpacked"
        try:
            with only.open("wb") as target:
                if start.startswith(GZIP_START):
                    open_gzip(path, target)
                else:
                    unpack_only(path, target)
        except (BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error, gzip.BadGzipFile) as error:
            raise UnusableFile(f"cannot be unpacked ({error}): unpack it with unzip or gunzip first") from None
        yield only


def open_gzip(path: Path, target: IO[bytes]) -> None:
    with gzip.open(path) as source:
        shutil.copyfileobj(source, target)


def unpack_only(path: Path, target: IO[bytes]) -> None:
    with ZipFile(path) as archive:
        files = [entry for entry in archive.infolist() if is_content(entry)]
        if len(files) != 1:
            names = ", ".join(repr(entry.filename) for entry in files[:10]) or "none"
            raise UnusableFile(f"must hold one file, but holds: {names}. Unpack it, and give one of them at a time")
        with archive.open(files[0]) as source:
            shutil.copyfileobj(source, target)


def is_content(entry: ZipInfo) -> bool:
    """Return False for folders, and for what macOS and Windows put beside the files."""
    name = entry.filename.rpartition("/")[2]
    return not (entry.is_dir() or entry.filename.startswith("__MACOSX/") or name.startswith(".") or name == "Thumbs.db")
