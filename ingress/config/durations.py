"""Lengths of time as people write them, always with a unit."""

import re
from datetime import timedelta

from environs import EnvError
from environs.fields import TimeDelta


def parse_duration(text: str) -> timedelta:
    """Return a length of time such as `31d`, `3h`, `90m` or `1d 12h`; never negative.

    A number alone is refused: read as seconds, a window of 31 days would shrink to half a minute without a word.
    """
    number = text.strip()
    if re.fullmatch(r"[+-]?\d+([.,]\d+)?", number):
        raise EnvError(f"{number} has no unit: write {number}d for days, {number}h, {number}m or {number}s.")
    duration: timedelta = TimeDelta().deserialize(text)
    if duration < timedelta(0):
        raise EnvError("Must not be negative.")
    return duration
