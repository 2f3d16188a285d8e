"""Is TLDIALER_TIMEZONE right? If not, the calls of nearly all deliveries stand in the call log at the same distance."""

import logging
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

import pymysql
from flask import Flask, current_app

from ..clock import dialer_now, dialer_zone, write_distance
from ..database import queries
from ..database.connection import Connection
from ..database.look_ups import CallLogBusy, get_look_ups
from ..database.pool import run
from ..database.queries import ReportedCall, Search
from ..errors import TLDialerConnectionError
from ..outcome import Outcome

log = logging.getLogger(__name__)

LOOK_SECONDS = 60  # an answer counts for so long: supervisors ask every few seconds
WITHIN = timedelta(days=1)  # received; a setting that was put right is believed a day later
SAMPLE = 20  # newest deliveries of an outcome; looked up in one statement
REPORTED_WITHIN = timedelta(days=2)  # of the call; one reported years late would make the look-up read all those years
ENOUGH = 5  # calls at the same distance; fewer may be chance
FARTHEST = timedelta(hours=15)  # no two zones that people use are farther apart in practice
QUARTER = timedelta(minutes=15)  # India is half an hour off, Nepal a quarter
TOLERANCE = timedelta(minutes=5)  # a platform stamps a call before the dialer does: the median is 1.7 minutes


class Offset(NamedTuple):
    """The distance at which most of the newest deliveries of an outcome have their calls; a multiple of QUARTER."""

    outcome: Outcome
    distance: timedelta
    number: int
    of: int
    api_ids: frozenset[int]

    def describe(self) -> str:
        """Return what is seen and what it probably means."""
        seen = f"{self.write_share()} have their calls in the call log exactly {write_distance(self.distance)}"
        return f"{seen}: {self.ask()}"

    def write_share(self) -> str:
        return f"{self.number} of the {self.of} newest {self.outcome} deliveries"

    def ask(self) -> str:
        """Return what to look at: the setting, or where all are of one key, that key."""
        zone = dialer_zone()
        there = (datetime.now(zone).utcoffset() or timedelta(0)) + self.distance
        clock = f"is TLDIALER_TIMEZONE={zone.key} right? The dialer's clock seems to be UTC{write_utc_offset(there)}."
        if len(self.api_ids) > 1:
            return clock
        return f"{clock} All of them came with key {min(self.api_ids)}: its own time zone may be wrong instead."


def write_utc_offset(offset: timedelta) -> str:
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def init_app(app: Flask) -> None:
    app.extensions["offsets"] = Offsets()


class Offsets:
    """What was found last, and until when that is believed."""

    def __init__(self) -> None:
        self.found: list[Offset] = []
        self.believed_until = 0.0

    def look(self) -> list[Offset]:
        """Return the Offset of each outcome that has one; none where that cannot be found out."""
        if time.monotonic() >= self.believed_until:
            try:
                self.found = run(partial(find_offsets, now=dialer_now()))
            except (TLDialerConnectionError, CallLogBusy, pymysql.MySQLError) as problem:  # gone meanwhile, or too slow
                log.warning("whether TLDIALER_TIMEZONE is right was not found out: %s", problem)
                self.found = []
            self.believed_until = time.monotonic() + LOOK_SECONDS
        return self.found


def find_offsets(connection: Connection, now: datetime) -> list[Offset]:
    """Return the Offset of billed and of unmatched deliveries, where there is one; `now` is naive.

    A log that is behind makes calls unmatched, for CALL_MATCH_AFTER is short. One that is ahead does not, for
    CALL_MATCH_BEFORE is long: then calls are found, but perhaps the wrong ones.
    """
    outcomes = (Outcome.UNMATCHED, Outcome.BILLED)
    found = (find_common_distance(connection, outcome, now) for outcome in outcomes)
    return [offset for offset in found if offset]


def find_common_distance(connection: Connection, outcome: Outcome, now: datetime) -> Offset | None:
    newest = queries.list_newest_calls(connection, outcome, now - WITHIN, SAMPLE)
    reported = [call for call in newest if abs(call.received - call.call_date) <= REPORTED_WITHIN]
    placed = list(place_calls(connection, reported))
    distances = Counter(distance for _, distance in placed)
    if not distances:
        return None
    distance, number = distances.most_common(1)[0]
    if not distance or number < ENOUGH or number * 2 <= len(reported):
        return None
    api_ids = frozenset(call.api_id for call, placed_at in placed if placed_at == distance)
    return Offset(outcome, distance, number, len(reported), api_ids)


def place_calls(connection: Connection, reported: list[ReportedCall]) -> Iterator[tuple[ReportedCall, timedelta]]:
    """Yield each call that the log has near a whole distance, and that distance."""
    searches = {number: search_widely(call) for number, call in enumerate(reported)}
    with get_look_ups().guard():
        placed = queries.list_calls(connection, searches) if searches else []
    for found in placed:
        call = reported[found.search]
        distance = round_distance(found.call.call_date - call.call_date)
        if distance is not None:
            yield call, distance


def search_widely(call: ReportedCall) -> Search:
    since, until = call.call_date - FARTHEST, call.call_date + FARTHEST
    return Search(call.call_to, call.call_from, call.call_date, since, until, call.received)


def round_distance(distance: timedelta) -> timedelta | None:
    """Return the multiple of QUARTER that this is, but for TOLERANCE; None for any other distance."""
    whole = round(distance / QUARTER) * QUARTER
    return whole if abs(distance - whole) <= TOLERANCE else None


def get_offsets() -> list[Offset]:
    offsets: Offsets = current_app.extensions["offsets"]
    return offsets.look()
