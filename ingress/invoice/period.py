"""The period of an invoice: whole days on the dialer's calendar."""

from datetime import datetime
from typing import NamedTuple

from .moments import DAY_SECONDS, naive_seconds, wall_time
from .staging import Staging


class Period(NamedTuple):
    """Seconds on the dialer's wall clock: from `since` until just before `until`."""

    since: int
    until: int

    def __str__(self) -> str:
        return f"{wall_time(self.since).date()} to {wall_time(self.until - 1).date()}"


class Span(NamedTuple):
    """The first and the last second that the file names; None when no time could be read."""

    since: int | None
    until: int | None


def find_period(staging: Staging, first_day: datetime | None, last_day: datetime | None) -> Period:
    """Return the days that were asked for, by default those of the file."""
    span = staging.row(Span, "find_span")
    since = naive_seconds(first_day) if first_day else (span.since or 0) // DAY_SECONDS * DAY_SECONDS
    last = naive_seconds(last_day) if last_day else (span.until or 0) // DAY_SECONDS * DAY_SECONDS
    return Period(since, last + DAY_SECONDS)
