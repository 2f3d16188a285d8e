"""Dates as people and programs write them, and files in which the day comes first."""

from datetime import date, datetime

import pytest

from ingress.invoice.dates import read_date
from ingress.invoice.day_order import DayOrder, Order
from ingress.invoice.moments import wall_time
from tests.invoice.exports import CALLED, COLUMNS, as_csv, row, write_xlsx

LATEST = date(2026, 11, 28)


def days(rows):
    return [row["since"] and str(wall_time(row["since"]).date()) for row in rows]


@pytest.mark.parametrize(
    "text",
    [
        "3/5/24 14:21:09",
        "3/5/2024, 2:21:09 PM",
        "3/5/2024, 2:21:09\u202fPM",
        "2024/03/05 14:21:09",
        "5-Mar-2024 14:21:09",
        "05-MAR-24 2:21:09 pm",
        "Mar 5 2024 2:21:09 PM",
        "Tue, Mar 5, 2024 2:21:09 PM",
        "Tuesday, March 5th, 2024 at 2:21:09 p.m.",
        "Tue, 05 Mar 2024 14:21:09 GMT",
        "2024-03-05 09:21:09 EST",
        "2024-03-05 10:21:09 (GMT-04:00)",
        "Tue Mar 05 2024 09:21:09 GMT-0500 (Eastern Standard Time)",
        "2024-03-05T09:21:09.878894-05:00",
    ],
)
def test_every_usual_form_is_read(read, text):
    (only,) = read(as_csv([row(call_date=text)]))

    assert (only["problem"], wall_time(only["since"])) == (None, CALLED)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2024-02-30", "day"),
        ("14:21 PM 3/5/2024", "not a date"),
        ("3/5/2024 14:21 PM", "no hour of a clock with AM and PM"),
        ("3/5/2024 14:21 (Mars Time)", "time zone"),
        ("5.3.2024", "--day-first or --month-first"),
        ("5-3-2024", "--day-first or --month-first"),
        ("12/31/2099", "outside"),
    ],
)
def test_what_is_no_date_says_why(read, text, reason):
    (only,) = read(as_csv([row(call_date=text)]))

    assert only["since"] is None
    assert reason in only["problem"]
    assert "'Call Date'" in only["problem"]


def test_a_file_whose_days_only_fit_first_is_read_day_first(read):
    rows = read(as_csv([row(call_date="4/3/2024 14:21"), row("RGB2", call_date="25/2/2024 14:21")]))

    assert days(rows) == ["2024-03-04", "2024-02-25"]
    assert read.intake.order.found is Order.DAY_FIRST


def test_a_day_that_would_be_in_the_future_shows_the_order(read):
    texts = ["1/2/2026", "4/3/2026"]  # on 5 March 2026, April 3 is to come

    rows = read(as_csv([row(f"RGB{number}", call_date=text) for number, text in enumerate(texts)]))

    assert days(rows) == ["2026-02-01", "2026-03-04"]


def test_rows_that_contradict_each_other_leave_the_others_unread(read):
    texts = ["4/3/2024", "25/2/2024", "2/25/2024"]

    rows = read(as_csv([row(f"RGB{number}", call_date=text) for number, text in enumerate(texts)]))

    assert days(rows) == [None, "2024-02-25", "2024-02-25"]
    assert "25/2/2024 and 2/25/2024" in rows[0]["problem"]


def test_a_day_to_come_does_not_outweigh_a_number_above_twelve(read):
    texts = ["2/25/2026", "4/3/2026", "2/3/2026"]

    rows = read(as_csv([row(f"RGB{number}", call_date=text) for number, text in enumerate(texts)]))

    assert days(rows) == ["2026-02-25", None, "2026-02-03"]


def test_an_order_that_is_told_is_kept():
    order = DayOrder(LATEST, Order.DAY_FIRST)

    assert read_date("10/11/2026 14:21", order) == (datetime(2026, 11, 10, 14, 21), True)
    with pytest.raises(ValueError, match="no date with the day first"):
        read_date("11/25/2026", order)


def test_the_clock_may_be_in_a_column_of_its_own(read, tmp_path):
    columns = ("Date", "Time", *COLUMNS[1:])
    cells = row()[1:]
    clocks = [("3/5/2024", "2:21:09 PM"), ("2024-03-05 00:00:00", "14:21:09"), ("45356", "0.59802083333")]

    for day, clock in clocks:
        (only,) = read(as_csv([(day, clock, *cells)], columns))
        assert (only["problem"], wall_time(only["since"])) == (None, CALLED)


def test_excel_dates_beside_day_first_texts_are_in_doubt(read, tmp_path):
    cells = [row(call_date=datetime(2024, 3, 4, 14, 21)), row("RGB2", call_date="25/02/2024 14:21")]

    rows = read(write_xlsx(tmp_path / "export.xlsx", cells))

    assert days(rows) == [None, "2024-02-25"]
    assert "exchanged" in rows[0]["problem"]
