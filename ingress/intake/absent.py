"""What counts as absent: blank values, tokens that the sender's platform did not fill in, and fillers."""

import re
from typing import Any
from urllib.parse import unquote

UNFILLED = re.compile(r"\[+[^\[\]]*\]+|\{+[^{}]*\}+|%\w+%|--\S.*--", re.DOTALL)
FILLERS = {"null", "undefined", "none", "nil", "nan", "n/a", "na", "-", "--", "-no value-", "(none)", "#n/a"}
ZERO_DATE = re.compile(r"0000-00-00(?:[T ][0:.]+)?(?: ?(?:Z|UTC|GMT|[+-][\d:]+))?", re.IGNORECASE)
FILLER_LENGTH = 40  # characters, blanks around it included; longer values are not looked at
QUOTED = 100  # characters of a refused value that an error repeats


class Absent(str):
    """A text that stands where a value should: it counts as absent, but the error names it."""

    __slots__ = ()

    def complaint(self) -> str:
        raise NotImplementedError


class UnfilledToken(Absent):
    """A token that the sender's platform should have replaced by a value."""

    __slots__ = ()

    def complaint(self) -> str:
        return f"{self[:QUOTED]} was not filled in by the sender"


class Filler(Absent):
    """A word that platforms send where they have no value."""

    __slots__ = ()

    def complaint(self) -> str:
        return f"{self[:QUOTED]} is no value"


def is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def is_present(value: Any) -> bool:
    """Return True for a value that is neither blank nor a token or a filler in its place."""
    if isinstance(value, str):
        return not is_blank(value) and not is_unfilled(value) and not is_filler(value)
    return value is not None


def is_filler(text: str) -> bool:
    """Return True for a whole value such as `null` or `N/A`."""
    return len(text) < FILLER_LENGTH and text.strip().lower() in FILLERS


def is_filler_or_zero_date(text: str) -> bool:
    """Return True for what stands where no time is known."""
    return is_filler(text) or ZERO_DATE.fullmatch(text.strip()) is not None


def is_unfilled(text: str) -> bool:
    """Return True for a whole `[Call:Payout]`, `{{cost}}`, `%COST%` or `--A--x--B--`, percent-encoded or not."""
    return bool(UNFILLED.fullmatch(text.strip()) or ("%" in text and UNFILLED.fullmatch(unquote(text).strip())))
