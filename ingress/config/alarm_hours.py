"""The hours in which calls are expected, ALARM_HOURS: days of the week and times of day, on the dialer's clock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 24 * 60
RANGE = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? (\d{1,2}):(\d\d)-(\d{1,2}):(\d\d)")


class HourRange(NamedTuple):
    """Minutes of a day, `last` not included, on these days of the week; Monday is 0."""

    days: frozenset[int]
    first: int
    last: int


@dataclass(frozen=True)
class AlarmHours:
    ranges: tuple[HourRange, ...]

    def hold(self, moment: datetime) -> bool:
        return any(begin <= moment < end for begin, end in self.clip(moment, moment + timedelta(minutes=1)))

    def clip(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the pieces of a range of naive times that lie within the hours."""
        day = datetime.combine(since, time())
        while day < until:
            for hours in self.ranges:
                begin = max(since, day + timedelta(minutes=hours.first))
                end = min(until, day + timedelta(minutes=hours.last))
                if day.weekday() in hours.days and begin < end:
                    yield begin, end
            day += timedelta(days=1)


def read_alarm_hours(text: str) -> AlarmHours:
    """Read `mon-fri 9:00-18:00, sat 10:00-14:00`; raises ValueError."""
    return AlarmHours(tuple(read_range(" ".join(part.lower().split())) for part in text.split(",")))


def read_range(text: str) -> HourRange:
    match = RANGE.fullmatch(text)
    if not match:
        raise ValueError(text)
    first_day, last_day = (DAYS.index(name) for name in (match[1], match[2] or match[1]))
    first, last = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
    if last_day < first_day or not first < last <= DAY_MINUTES or int(match[4]) > 59 or int(match[6]) > 59:
        raise ValueError(text)
    return HourRange(frozenset(range(first_day, last_day + 1)), first, last)
