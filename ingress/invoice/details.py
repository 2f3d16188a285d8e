"""Lists of rows as a file for a spreadsheet: CSV, or XLSX by its ending."""

import csv
from contextlib import contextmanager
from pathlib import Path

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would calculate instead of show


@contextmanager
def open_details(path, header):
    """Yield a function that writes a row; none is kept in memory."""
    open_file = choose_writer(path)
    with open_file(path, header) as write:
        yield lambda row: write([escape_formula(value) for value in row])


def choose_writer(path):
    if Path(path).suffix.lower() != ".xlsx":
        return open_csv
    from .workbooks import open_workbook

    return open_workbook


@contextmanager
def open_csv(path, header):
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:  # Excel reads UTF-8 only with this mark
        writer = csv.writer(file)
        writer.writerow(header)
        yield writer.writerow


def escape_formula(value):
    """A text that came from outside is never a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
