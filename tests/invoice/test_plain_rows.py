"""Rows that are read many at once are what each is alone; where a field is not plain, the row is read alone."""

from datetime import UTC, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from ingress.invoice.columns import ColumnOptions, find_columns
from ingress.invoice.day_order import DayOrder, Order
from ingress.invoice.moments import Reading
from ingress.invoice.plain_rows import read_plain_rows
from ingress.invoice.rows import StagedRow, read_row

HEADER = ["Call Date", "Caller ID", "Target Number", "Payout", "Inbound Call ID", "Status"]
TIMES = ["11/10/2025 02:21:09 PM", "2025-11-10T14:21:09-05:00", "11/02/2025 01:30:00 AM", "45000.5", "11/10/2025"]
PLAIN_NUMBERS = ["17205550134", "+18005550142"]
PLAIN_AMOUNTS = ["$12.50", "(3.00)", "0"]
DATES = [*TIMES, "soon", ""]
NUMBERS = [*PLAIN_NUMBERS, "(720) 555-0134", "555", ""]
AMOUNTS = [*PLAIN_AMOUNTS, "-", "free"]
STATUSES = ["", "returned"]


@pytest.fixture
def columns():
    return find_columns(HEADER, ColumnOptions())


def make_reading():
    zone, now = ZoneInfo("America/New_York"), datetime(2025, 12, 1, tzinfo=UTC)
    return Reading(zone, ZoneInfo("UTC"), now, order=DayOrder(now.date()), hours={})


def test_rows_read_together_are_as_each_is_alone(columns):
    lines = [[*line[:4], "", line[4]] for line in product(DATES, NUMBERS, NUMBERS, AMOUNTS, STATUSES)]

    together = read_plain_rows(lines, 7, columns, make_reading())

    reading, plain = make_reading(), 0
    for number, (row, line) in enumerate(zip(together, lines, strict=True), start=7):
        alone, _ = read_row(number, columns.pick(line), reading)
        if row:
            plain += 1
            assert alone == StagedRow(**row._asdict(), date_billed=None, blank=False, problem=None)
    assert plain == len(TIMES) * len(PLAIN_NUMBERS) ** 2 * len(PLAIN_AMOUNTS)


def test_only_the_dates_of_rows_with_numbers_and_an_amount_tell_the_order(columns):
    reading = make_reading()
    row = ["13/10/2025 14:21:09", "", "18005550142", "$12.50", "", ""]

    read_plain_rows([row], 2, columns, reading)
    assert not reading.order.proves

    row[1] = "17205550134"
    read_plain_rows([row], 2, columns, reading)
    assert Order.DAY_FIRST in reading.order.proves
