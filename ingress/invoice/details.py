"""Lists of rows as a file for a spreadsheet: CSV, or XLSX if the file name ends so."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from .tables import Value, escape_formula


class TableFile(Protocol):
    """A file of rows with one header; none is kept in memory. Only a workbook has sheets and a summary before them."""

    def begin_sheet(self, title: str) -> None: ...

    def write(self, row: Sequence[Value]) -> None: ...

    def write_summary(self, rows: Iterable[Sequence[Value]]) -> None: ...


@contextmanager
def open_details(path: Path, header: Sequence[str]) -> Iterator[TableFile]:
    """Yield a TableFile, which has its name only when it is whole: half a list would be taken for all of it."""
    part = path.with_name(f"{path.name}.part")
    open_file = choose_writer(path)
    try:
        with open_file(part, header) as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def choose_writer(path: Path) -> Callable[[Path, Sequence[str]], AbstractContextManager[TableFile]]:
    if path.suffix.lower() != ".xlsx":
        return open_csv
    from .workbooks import open_workbook

    return open_workbook


class CsvFile:
    """Rows as CSV."""

    def __init__(self, writer: Any, header: Sequence[str]) -> None:
        self.writer = writer
        writer.writerow(header)

    def begin_sheet(self, title: str) -> None: ...

    def write(self, row: Sequence[Value]) -> None:
        self.writer.writerow([escape_formula(value) for value in row])

    def write_summary(self, rows: Iterable[Sequence[Value]]) -> None: ...


@contextmanager
def open_csv(path: Path, header: Sequence[str]) -> Iterator[CsvFile]:
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # Excel reads UTF-8 only with this mark
        yield CsvFile(csv.writer(file), header)
