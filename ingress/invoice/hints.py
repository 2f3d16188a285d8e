"""What may be wrong with how a file is read, by what it almost fits; only the option that would help is named."""

from collections.abc import Iterator
from typing import NamedTuple

from .day_order import DayOrder
from .moments import wall_time
from .staging import Staging

CLOSE_SECONDS = 120  # by which a platform's clock may differ from the dialer's
HOUR = 3600


class Causes(NamedTuple):
    """How many rows differ in what from a cost that may be theirs; `least` and `most` are distances in seconds."""

    other_did: int
    other_time: int
    other_zone: int
    least: int | None
    most: int | None


class Exchanged(NamedTuple):
    number: int


class LateCosts(NamedTuple):
    """The last row on the dialer's wall clock, and how many costs that are not on the invoice came after it."""

    last: int | None
    number: int


def list_hints(staging: Staging, order: DayOrder) -> Iterator[str]:
    """Yield a sentence for each thing by which rows only just miss a cost."""
    if order.is_open():
        exchanged = next(staging.rows(Exchanged, "count_exchanged")).number
        if exchanged:
            yield f"{exchanged:,} rows fit a cost if the day comes first: read the file with --day-first?"
    causes = next(staging.rows(Causes, "count_causes", tolerance=CLOSE_SECONDS))
    if causes.other_zone:
        yield (
            f"{causes.other_zone:,} rows of those never received fit a cost {describe_distance(causes)}:"
            " is the file in another time zone (--time-zone)?"
        )
    if causes.other_did:
        yield (
            f"{causes.other_did:,} rows of those never received fit a cost with another DID: is the file's DID the"
            " number that the calls reached (--map did=COLUMN, or --did)?"
        )

    late = next(staging.rows(LateCosts, "find_late_costs"))
    if late.last is not None and late.number:
        last = f"{wall_time(late.last):%Y-%m-%d %H:%M}"
        yield f"The last row is of {last}; {late.number:,} costs that are not on the invoice came after it."


def describe_distance(causes: Causes) -> str:
    least, most = (f"{seconds / HOUR:+g}" for seconds in (causes.least or 0, causes.most or 0))
    return f"{least} hours away" if least == most else f"{least} to {most} hours away"
