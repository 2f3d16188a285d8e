"""The platform's export as tables, recognised by its first bytes: CSV in any usual form, or XLSX."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .csv_files import list_csv_tables
from .tables import Table, UnusableFile

START_BYTES = 1 << 20  # by which kind and encoding are recognised
XLSX = b"PK"  # a ZIP archive
GZIP = b"\x1f\x8b"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # the archive of Excel before 2007, and of encrypted workbooks


@contextmanager
def open_tables(path: Path) -> Iterator[list[Table]]:
    """Yield the Tables that the file may hold: one for each sheet, or the same CSV with each delimiter."""
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    if start.startswith(GZIP):
        raise UnusableFile("is compressed: unpack it with gunzip first")
    if start.startswith(OLD_EXCEL):
        raise UnusableFile("is an old or encrypted Excel workbook: save it as XLSX or CSV")
    if not start.startswith(XLSX):
        yield list_csv_tables(path, start)
        return
    from .workbooks import open_sheets

    with open_sheets(path) as tables:
        yield tables
