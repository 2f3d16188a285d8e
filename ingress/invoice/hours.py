"""Times of calls as they are staged. One time of each hour is read; the others of that hour are counted from it."""

import re
from datetime import datetime
from typing import NamedTuple

from ..intake.fields import LATEST
from .moments import Hour, Moment, Reading, parse_moment, wall_seconds

PARTS = re.compile(
    r"(?P<hour>[^:]*[ T]\d\d?):(?P<minute>[0-5]\d):(?P<second>[0-5]\d)(?P<half>(?: ?[AP]M)?)", re.ASCII | re.IGNORECASE
)
SIXTY = {f"{number:02}": number for number in range(60)}  # minutes and seconds by their text
HOUR_SECONDS = 3_600


class StagedTime(NamedTuple):
    """The seconds on the dialer's wall clock between which a call came, and the last of them as ISO text."""

    since: int
    until: int
    text: str


def read_hour_time(text: str, reading: Reading) -> StagedTime:
    """Return the time that a text names; a ValueError tells what is wrong with it. A month has but 744 hours."""
    if known := find_hour_time(text, reading):
        at, written = known
        return StagedTime(at, at, written)
    moment = parse_moment(text, reading)
    staged = stage_moment(moment, reading)
    if reading.hours is not None and (parts := PARTS.fullmatch(text)) and is_even(moment.last, reading):
        before, behind = staged.text[: len("2026-11-10T14:")], staged.text[len("2026-11-10T14:21:09") :]
        seconds = SIXTY[parts["minute"]] * 60 + SIXTY[parts["second"]]
        reading.hours[parts["hour"], parts["half"]] = Hour(staged.until - seconds, before, behind)
    return staged


def find_hour_time(text: str, reading: Reading) -> tuple[int, str] | None:
    """Return the time that a text names, in seconds and as ISO text, if one of its hour has been read."""
    name, _, clock = text.partition(":")
    minute, second = SIXTY.get(clock[:2]), SIXTY.get(clock[3:5])
    hour = reading.hours and reading.hours.get((name, clock[5:]))
    if not hour or minute is None or second is None or clock[2] != ":":
        return None
    return hour.start + minute * 60 + second, f"{hour.before}{clock[:5]}{hour.behind}"


def find_time(text: str, reading: Reading) -> StagedTime | None:
    """Return the time that a text names; None where it cannot be read."""
    try:
        return read_hour_time(text, reading)
    except ValueError:
        return None


def stage_moment(moment: Moment, reading: Reading) -> StagedTime:
    until = wall_seconds(moment.last, reading.dialer_zone)
    since = until if moment.first is moment.last else wall_seconds(moment.first, reading.dialer_zone)
    return StagedTime(since, until, moment.last.isoformat())


def is_even(value: datetime, reading: Reading) -> bool:
    """Return True where neither zone sets its clock within the hour, and all of the hour is a time that is allowed."""
    start, end = value.replace(minute=0, second=0), value.replace(minute=59, second=59)
    length = wall_seconds(end, reading.dialer_zone) - wall_seconds(start, reading.dialer_zone)
    return length == HOUR_SECONDS - 1 and start.utcoffset() == end.utcoffset() and end <= reading.now + LATEST
