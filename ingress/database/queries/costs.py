"""What came in, as an invoice is compared with it: costs, the senders' own keys, and the calls behind rows."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import starmap
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from .execute import execute
from .records import CallId, Search

if TYPE_CHECKING:
    from ..connection import Connection


NUMBER_FORMS = ("", "1", "+1")  # in which the call log writes a number
DIGITS = 10
called_at = attrgetter("call_date")


class ReceivedCost(NamedTuple):
    """A cost of one key: `called` in seconds on the dialer's wall clock, `cost` in ten-thousandths.

    `has_call` is 1 if its call is in the call log, 2 if that may be one that is too short, else 0. Numbers stay the
    text that came: SQLite makes numbers of them.
    """

    cost_id: str
    did: str
    cid: str
    called: str
    cost: str
    has_call: str
    notes: str


class DeliveryKey(NamedTuple):
    """What a billed delivery was known by, its call and its lead's vendor; None and no cost where it billed nothing."""

    delivery_id: int
    received: datetime
    cost_id: int | None
    delivery_key: bytes | None
    call_log_id: str | None
    vendor_id: int | None


class Raise(NamedTuple):
    """What a sender has raised a cost by, in ten-thousandths."""

    cost_id: int
    raised: int


class LoggedCall(NamedTuple):
    """A call of the log; `call_date` naive, its numbers as the log writes them, `sec_talk` its length in seconds."""

    call_log_id: CallId
    call_date: datetime
    call_from: str
    call_to: str
    sec_talk: int


class FoundCall(NamedTuple):
    """The call of one search."""

    search: int
    call: LoggedCall


class CostSpan(NamedTuple):
    """The first and the last cost id; both None without costs."""

    first: int | None
    last: int | None


def find_cost_span(connection: Connection) -> CostSpan:
    return CostSpan(*(execute(connection, "find_cost_span").fetchone() or (None, None)))


def list_costs(connection: Connection, **values: Any) -> list[ReceivedCost]:
    """Return the ReceivedCosts among the cost ids `first` to `last`."""
    rows = execute(connection, "list_costs", **values).fetchall()
    return [ReceivedCost._make(text.split(" ", 6)) for (text,) in rows]


def list_raises(connection: Connection, **values: Any) -> list[Raise]:
    """Return the Raises of a key among the cost ids `first` to `last`."""
    return list(starmap(Raise, execute(connection, "list_raises", **values).fetchall()))


def list_delivery_keys(connection: Connection, **values: Any) -> list[DeliveryKey]:
    """Return the next DeliveryKeys of a key, received at `since` (naive) or later."""
    return [DeliveryKey(*row) for row in execute(connection, "list_delivery_keys", **values).fetchall()]


def list_calls(connection: Connection, searches: Mapping[int, Search]) -> list[FoundCall]:
    """Return a FoundCall for each search that has one, by the rule of find_call; the searches are numbered.

    All of them are one statement, which takes a tenth of the time of as many, unless the statement sets a limit. Each
    brings three numbers: of 1,000 in a list, MariaDB makes a table, and with it loses the collation of the column.
    """
    numbered, limit = list(searches.items()), connection.statements.limits.get("list_calls", len(searches))
    batches = (dict(numbered[start : start + limit]) for start in range(0, len(numbered), limit or 1))
    return [found for batch in batches for found in list_calls_at_once(connection, batch)]


def list_calls_at_once(connection: Connection, searches: Mapping[int, Search]) -> list[FoundCall]:
    calls = defaultdict(list)
    for call in list_candidates(connection, searches.values()):
        calls[call.call_from.strip()[-DIGITS:], call.call_to.strip()[-DIGITS:]].append(call)
    found = ((number, find_nearest(calls[search.cid, search.did], search)) for number, search in searches.items())
    return [FoundCall(number, call) for number, call in found if call]


def list_candidates(connection: Connection, searches: Collection[Search]) -> list[LoggedCall]:
    """Return the calls of all callers and DIDs of the searches, in the log's own order: by time, then by id."""
    cursor = execute(
        connection,
        "list_calls",
        callers=list_forms(search.cid for search in searches),
        dids=list_forms(search.did for search in searches),
        since=min(search.since for search in searches),
        until=max(search.until for search in searches),
    )
    return sorted(starmap(LoggedCall, cursor.fetchall()), key=attrgetter("call_date", "call_log_id"))


def list_forms(numbers: Iterable[str]) -> list[str]:
    return [form + number for number in dict.fromkeys(numbers) for form in NUMBER_FORMS]


def find_nearest(calls: Sequence[LoggedCall], search: Search) -> LoggedCall | None:
    """Return the call nearest to the search's time, of two equally near the later; None if none is within its limits.

    The calls are in order, so only the last one until that time and the next one after it can be the nearest.
    """
    place = bisect_right(calls, search.call_date, key=called_at)
    near = [calls[place - 1]] if place else []
    if place < len(calls):
        near.insert(0, calls[bisect_right(calls, calls[place].call_date, key=called_at) - 1])
    within = (call for call in near if search.since <= call.call_date <= search.until)
    return min(within, key=lambda call: abs(call.call_date - search.call_date), default=None)
