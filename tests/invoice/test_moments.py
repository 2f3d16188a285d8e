"""Times as platforms and spreadsheets write them."""

from datetime import datetime

import pytest

from ingress.invoice.moments import wall_time
from tests.invoice.exports import CALLED, as_csv, row


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("2024-03-05T14:21:09Z", CALLED),
        ("2024-03-05 09:21:09 -0500", CALLED),
        ("3/5/2024 2:21:09 PM", CALLED),
        ("03/05/2024 14:21", CALLED.replace(second=0)),
        ("Mar 5, 2024 2:21:09 PM", CALLED),
        ("5 Mar 2024 14:21:09", CALLED),
        ("1709648469", CALLED),
        ("45356.59802083333", CALLED),
    ],
)
def test_any_usual_time_is_read(read, text, called):
    (only,) = read(as_csv([row(call_date=text)]))

    assert (only["problem"], wall_time(only["since"]), wall_time(only["until"])) == (None, called, called)


@pytest.mark.parametrize("text", ["2024-03-05", "3/5/2024", "20240305", "45356"])
def test_a_day_without_a_clock_may_be_any_time_of_it(read, text):
    (only,) = read(as_csv([row(call_date=text)]))

    assert (wall_time(only["since"]), wall_time(only["until"])) == (
        datetime(2024, 3, 5),
        datetime(2024, 3, 5, 23, 59, 59),
    )
