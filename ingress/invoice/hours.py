"""Times of calls as they are staged. One time of each hour is read; the others of that hour are counted from it."""

import re
from datetime import datetime
from typing import NamedTuple

from ..intake.fields import LATEST
from .moments import Hour, Moment, Reading, parse_moment, wall_seconds

PARTS = re.compile(r"(.*[ T]\d\d?):([0-5]\d):([0-5]\d)((?: ?[AP]M)?)", re.ASCII | re.IGNORECASE)
HOUR_SECONDS = 3_600


class StagedTime(NamedTuple):
    """The seconds on the dialer's wall clock between which a call came, and the last of them as ISO text."""

    since: int
    until: int
    text: str


def read_hour_time(text: str, reading: Reading) -> StagedTime:
    """Return the time that a text names; a ValueError tells what is wrong with it. A month has but 744 hours."""
    if reading.hours is None or not (parts := PARTS.fullmatch(text)):
        return stage_moment(parse_moment(text, reading), reading)
    name, minute, second, half = parts.groups()
    seconds = int(minute) * 60 + int(second)
    if hour := reading.hours.get((name, half)):
        at = hour.start + seconds
        return StagedTime(at, at, f"{hour.before}{minute}:{second}{hour.behind}")
    moment = parse_moment(text, reading)
    staged = stage_moment(moment, reading)
    if is_even(moment.last, reading):
        before, behind = staged.text[: len("2026-11-10T14:")], staged.text[len("2026-11-10T14:21:09") :]
        reading.hours[name, half] = Hour(staged.until - seconds, before, behind)
    return staged


def stage_moment(moment: Moment, reading: Reading) -> StagedTime:
    until = wall_seconds(moment.last, reading.dialer_zone)
    since = until if moment.first is moment.last else wall_seconds(moment.first, reading.dialer_zone)
    return StagedTime(since, until, moment.last.isoformat())


def is_even(value: datetime, reading: Reading) -> bool:
    """Return True where neither zone sets its clock within the hour, and all of the hour is a time that is allowed."""
    start, end = value.replace(minute=0, second=0), value.replace(minute=59, second=59)
    length = wall_seconds(end, reading.dialer_zone) - wall_seconds(start, reading.dialer_zone)
    return length == HOUR_SECONDS - 1 and start.utcoffset() == end.utcoffset() and end <= reading.now + LATEST
