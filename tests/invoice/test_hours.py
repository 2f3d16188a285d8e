"""A time that is counted from its hour is the time that is read by itself, in every zone and on every day."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ingress.invoice.hours import read_hour_time
from ingress.invoice.moments import Reading

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 10, 15, 30, tzinfo=UTC)
ZONES = ["UTC", "America/New_York", "America/St_Johns", "Asia/Kolkata", "Australia/Lord_Howe"]
DAYS = [  # on which a clock changes, or the last that a call may have ends
    datetime.fromisoformat(day) for day in ("2026-03-08", "2026-04-04", "2026-10-03", "2026-10-31", "2026-11-11")
]
FORMS = ["%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S-05:00", "%b %d, %Y %H:%M:%S", "%d-%b-%Y %H:%M"]


def read(text, reading):
    try:
        return read_hour_time(text, reading)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("time_zone", ZONES)
@pytest.mark.parametrize("dialer_zone", ZONES)
def test_a_time_is_the_same_with_its_hour_and_alone(form, time_zone, dialer_zone):
    alone = Reading(ZoneInfo(time_zone), ZoneInfo(dialer_zone), NOW)
    with_hours = alone._replace(hours={})

    for second in range(0, 2 * 86_400, 1_213):
        for day in DAYS:
            text = (day + timedelta(seconds=second)).strftime(form)
            assert read(text, with_hours) == read(text, alone)


def test_each_hour_is_read_once():
    reading = Reading(ZoneInfo("UTC"), ZoneInfo("UTC"), NOW, hours={})

    read_hour_time("10/01/2026 02:21:09 PM", reading)
    staged = read_hour_time("10/01/2026 02:59:00 PM", reading)

    assert staged.text == "2026-10-01T14:59:00+00:00"
    assert list(reading.hours) == [("10/01/2026 02", " PM")]
