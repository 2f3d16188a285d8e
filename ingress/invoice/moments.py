"""Times of an invoice: text in, seconds on the dialer's wall clock; a day without a clock is the whole day."""

import re
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ..clock import wall_clock
from ..intake.fields import EARLIEST, LATEST, parse_time
from .dates import CLOCK_ONLY, read_date
from .day_order import DayOrder
from .tables import EXCEL_EPOCH

NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the dialer's wall clock has no zone
DAY_SECONDS = 86_400
DATE_ONLY = re.compile(r"\d{8}")  # without a clock, beside the forms of `dates`
SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")  # Excel's days since 1900 or 1904: 1954 ... 2118
DAY_FRACTION = re.compile(r"0?\.\d+|0")  # Excel's time of a day
MIDNIGHT = re.compile(r"[T ,]+(?:0?0:00(?::00(?:\.0+)?)?|12:00(?::00)? ?AM)$", re.IGNORECASE)


class Hour(NamedTuple):
    """An hour that was read: its start in seconds on the dialer's wall clock, and its text around the minutes."""

    start: int
    before: str
    behind: str


class Reading(NamedTuple):
    """How the file's times are read: its time zone, the dialer's, the present, Excel's day 0, the order of days.

    `hours` are those of which a time was read, by their text; None where each time is read by itself.
    """

    time_zone: ZoneInfo
    dialer_zone: ZoneInfo
    now: datetime
    epoch: datetime = EXCEL_EPOCH
    order: DayOrder = DayOrder(date.max)
    hours: dict[tuple[str, str], Hour] | None = None


class Moment(NamedTuple):
    """The first and the last time that a text may mean: the same one, or the ends of a day."""

    first: datetime
    last: datetime


def parse_moment(text: str, reading: Reading) -> Moment:
    """Return the Moment that the text names, aware; a ValueError tells what is wrong with it."""
    if SERIAL.fullmatch(text):
        text = spell_out_serial(text, reading.epoch)
        reading.order.see_cell(datetime.fromisoformat(text))
    text = " ".join(text.split())
    found = read_date(text, reading.order)
    if found is None:
        value, has_clock = parse_time(text, reading.time_zone, reading.now), not DATE_ONLY.fullmatch(text)
    else:
        value, has_clock = check_range(found[0], reading), found[1]
    return Moment(value, value if has_clock else value.replace(hour=23, minute=59, second=59))


def check_range(value: datetime, reading: Reading) -> datetime:
    """Return the time with its offset; a call outside of the contract's range is a ValueError."""
    if value.tzinfo is None:
        hour = datetime(value.year, value.month, value.day, value.hour)  # noqa: DTZ001 - see find_offset
        value = value.replace(tzinfo=find_offset(reading.time_zone, hour))
    if value.year < EARLIEST.year or value > reading.now + LATEST:
        raise ValueError("outside 2000-01-01 and one day from now")
    return value


@lru_cache(10_000)  # a month has 744 hours
def find_offset(time_zone: ZoneInfo, hour: datetime) -> timezone:
    """Return the zone's offset in an hour of its clock, which changes between hours; when it is set back, the first."""
    return timezone(hour.replace(tzinfo=time_zone).utcoffset() or timedelta())


def join_clock(day: str, clock: str, epoch: datetime) -> str:
    """Return a date and a clock of two columns as one text; one that has a clock of its own needs no other."""
    if not clock or not day:
        return day
    if SERIAL.fullmatch(day):
        day = spell_out_serial(day, epoch)
    day = MIDNIGHT.sub("", day)
    if ":" in day:
        return day
    clock = " ".join(clock.split())
    if DAY_FRACTION.fullmatch(clock):
        return f"{day} {spell_out_fraction(clock)}"
    if CLOCK_ONLY.fullmatch(clock):
        return f"{day} {clock}"
    if SERIAL.fullmatch(clock) or ":" in clock:  # a date and a clock together
        return clock
    raise ValueError(f"{clock} beside it is no time of a day such as 14:21:09")


def spell_out_serial(text: str, epoch: datetime) -> str:
    """Return Excel's number of days as a date, with a clock if it has a fraction."""
    moment = epoch + timedelta(days=float(text))
    moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)  # a fraction of a day is not exact
    return moment.isoformat() if "." in text else str(moment.date())


def spell_out_fraction(text: str) -> str:
    """Return Excel's fraction of a day as a clock."""
    seconds = round(float(text) * DAY_SECONDS) % DAY_SECONDS
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def wall_seconds(value: datetime, time_zone: ZoneInfo) -> int:
    """Return an aware time in seconds on the wall clock of the zone."""
    return naive_seconds(wall_clock(value, time_zone))


def naive_seconds(value: datetime) -> int:
    """Return a time of the dialer's wall clock in seconds."""
    return int((value - NAIVE_EPOCH).total_seconds())


def wall_time(seconds: int) -> datetime:
    """Return the naive time of the dialer's wall clock."""
    return NAIVE_EPOCH + timedelta(seconds=seconds)
