"""Exports of billed calls as platforms make them, in each kind of file."""

import csv
from datetime import datetime
from decimal import Decimal
from io import StringIO

from openpyxl import Workbook

from ingress.invoice.amounts import money
from ingress.invoice.moments import wall_time

CALLED = datetime(2024, 3, 5, 14, 21, 9)
COLUMNS = ("Call Date", "Inbound Call ID", "Caller ID", "Target Number", "Payout")


def row(call_id="RGB1", cost="12.50", call_date="2024-03-05 14:21:09", cid="+17205550134", did="+18005550142"):
    """A row of Ringba's export; blank fields as they come."""
    return (call_date, call_id, cid, did, cost)


def as_csv(rows, columns=COLUMNS, delimiter=",", before="", after=""):
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([columns, *rows])
    return before + text.getvalue() + after


def write_xlsx(path, rows, columns=COLUMNS, epoch=None, date_format=None):
    workbook = Workbook()
    if epoch:
        workbook.epoch = epoch
    for cells in [columns, *rows]:
        workbook.active.append(cells)
    for (cell,) in workbook.active.iter_rows(min_row=2, max_col=1):
        if date_format and isinstance(cell.value, datetime):
            cell.number_format = date_format
    workbook.save(path)
    return path


BOOK_ALL = ("--book", "--doubtful")  # nothing came in before most of these imports, which makes every row doubtful
IMPORTED_ROWS = [
    row("RGB1"),
    row("", call_date="2024-03-05 15:00"),
    row("", call_date="3/6/2024"),
    row("", cid="7205550199", call_date="3/6/2024"),
    row("RGB5", call_date="2024-03-06 15:00", cost="0.0001"),
]


def is_the_call(rows):
    (only,) = rows
    assert only["problem"] is None
    assert (only["did"], only["cid"], money(only["cost"])) == ("8005550142", "7205550134", Decimal("12.5"))
    return wall_time(only["since"]) == wall_time(only["until"]) == CALLED
