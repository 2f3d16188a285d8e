"""Times of an invoice: text in, seconds on the dialer's wall clock; a day without a clock is the whole day."""

import re
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ..clock import wall_clock
from ..intake.fields import parse_time
from .tables import EXCEL_EPOCH

NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the dialer's wall clock has no zone
DAY_SECONDS = 86_400
DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}|\d{1,2}/\d{1,2}/\d{4}")  # without a clock
SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")  # Excel's days since 1900 or 1904: 1954 ... 2118
MONTH_NAMES = [
    f"{date} {clock}"
    for date in ("%b %d, %Y", "%d %b %Y")
    for clock in ("%I:%M:%S %p", "%I:%M %p", "%H:%M:%S", "%H:%M")
]


class Reading(NamedTuple):
    """How the file's times are read: its time zone, the dialer's, the present, and Excel's day 0."""

    time_zone: ZoneInfo
    dialer_zone: ZoneInfo
    now: datetime
    epoch: datetime = EXCEL_EPOCH


class Moment(NamedTuple):
    """The first and the last time that a text may mean: the same one, or the ends of a day."""

    first: datetime
    last: datetime


def parse_moment(text: str, reading: Reading) -> Moment:
    """Return the Moment that the text names, aware; a ValueError tells what is wrong with it."""
    if SERIAL.fullmatch(text):
        text = spell_out_serial(text, reading.epoch)
    value = parse_time(spell_out_month(text), reading.time_zone, reading.now)
    if not DATE_ONLY.fullmatch(text):
        return Moment(value, value)
    return Moment(value, value.replace(hour=23, minute=59, second=59))


def spell_out_serial(text: str, epoch: datetime) -> str:
    """Return Excel's number of days as a date, with a clock if it has a fraction."""
    moment = epoch + timedelta(days=float(text))
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)  # a fraction of a day is not exact
    return moment.isoformat() if "." in text else str(moment.date())


def spell_out_month(text: str) -> str:
    """Return a time that has the month's name in digits; any other as it is."""
    for form in MONTH_NAMES if re.search("[A-Za-z]{3}", text) else ():
        try:
            return datetime.strptime(text, form).isoformat()  # noqa: DTZ007 - parse_time knows the zone
        except ValueError:
            continue
    return text


def wall_seconds(value: datetime, time_zone: ZoneInfo) -> int:
    """Return an aware time in seconds on the wall clock of the zone."""
    return naive_seconds(wall_clock(value, time_zone))


def naive_seconds(value: datetime) -> int:
    """Return a time of the dialer's wall clock in seconds."""
    return int((value - NAIVE_EPOCH).total_seconds())


def wall_time(seconds: int) -> datetime:
    """Return the naive time of the dialer's wall clock."""
    return NAIVE_EPOCH + timedelta(seconds=seconds)
