"""The delivery log: what has been delivered, and its outcome."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ...outcome import Outcome
from .execute import execute
from .records import Billed, Call, Origin

if TYPE_CHECKING:
    from ..connection import Connection


class StoredDelivery(NamedTuple):
    """A delivery that was billed: the JSON `answered` was known before `billed` was; the amounts are then and now."""

    delivery_id: int
    fingerprint: str
    answered: str
    first_cost: Decimal
    present_cost: Decimal | None
    billed: Billed


class LoggedDelivery(NamedTuple):
    """A row of the delivery log; times naive, as the dialer stores them, `cost` in the account's currency."""

    delivery_id: int
    request_id: str
    api_id: int
    name: str | None
    ip_address: str
    received: datetime
    sent: str
    outcome: Outcome
    status: int
    error: str | None
    milliseconds: int
    delivery_key: bytes | None
    call_from: str | None
    call_to: str | None
    cost: Decimal | None
    call_date: datetime | None
    cost_id: int | None
    call_log_id: str | None
    lead_id: int | None
    vendor_id: int | None
    account_id: int | None
    updated: int
    first_contact: int
    duplicate_of: int | None
    replay_of: int | None
    matched: datetime | None


class UnmatchedDelivery(NamedTuple):
    """A billed delivery whose call was not in the call log; times naive, as the dialer stores them."""

    delivery_id: int
    request_id: str
    received: datetime
    call_from: str
    call_to: str
    cost: Decimal
    call_date: datetime
    cost_id: int


class ReportedCall(NamedTuple):
    """What a billed delivery reports of its call; times naive."""

    received: datetime
    api_id: int
    call_from: str
    call_to: str
    call_date: datetime


class ListedDelivery(NamedTuple):
    """A line of the delivery log."""

    delivery_id: int
    request_id: str
    received: datetime
    api_id: int
    name: str | None
    outcome: Outcome
    status: int
    error: str | None
    call_from: str | None
    call_to: str | None
    cost: Decimal | None
    call_date: datetime | None
    milliseconds: int


class LastDelivery(NamedTuple):
    """What became of a delivery, and when it came."""

    received: datetime
    outcome: Outcome
    error: str | None


class LateDeliveries(NamedTuple):
    """How many were billed late, and the milliseconds that the longest took."""

    deliveries: int
    longest: int


class Count(NamedTuple):
    """How many deliveries of a key, or of a step in time, had an outcome, and what was understood as their cost."""

    of: int
    outcome: Outcome
    deliveries: int
    cost: Decimal | None


Logged = TypeVar("Logged", LoggedDelivery, ListedDelivery, LastDelivery, Count)


def insert_unbilled_delivery(
    connection: Connection,
    origin: Origin,
    *,
    outcome: Outcome,
    status: int,
    error: str | None,
    call_from: str | None,
    call_to: str | None,
    cost: Decimal | None,
    call_date: datetime | None,
    duplicate_of: int | None,
    milliseconds: int,
    answered: bytes | None = None,
    cost_id: int | None = None,
    replay_of: int | None = None,
) -> int:
    """Log a delivery that inserted no cost, with what was understood of it; return its id."""
    return execute(
        connection,
        "insert_unbilled_delivery",
        **origin._asdict(),
        outcome=outcome,
        status=status,
        error=error,
        call_from=call_from,
        call_to=call_to,
        cost=cost,
        call_date=call_date,
        duplicate_of=duplicate_of,
        milliseconds=milliseconds,
        answered=answered,
        cost_id=cost_id,
        replay_of=replay_of,
    ).lastrowid


def find_delivery(connection: Connection, api_id: int, delivery_key: bytes) -> StoredDelivery | None:
    """Return what is stored under the key."""
    row = execute(connection, "find_delivery", api_id=api_id, delivery_key=delivery_key).fetchone()
    if not row:
        return None
    delivery_id, fingerprint, answered, first_cost, present_cost, *billed = row
    return StoredDelivery(delivery_id, fingerprint, answered, first_cost, present_cost, Billed(*billed))


def find_logged_delivery(connection: Connection, delivery_id: int) -> LoggedDelivery | None:
    row = execute(connection, "find_logged_delivery", delivery_id=delivery_id).fetchone()
    return with_outcome(LoggedDelivery(*row)) if row else None


def with_outcome(delivery: Logged) -> Logged:
    """Return a record with its outcome as an Outcome instead of the column's text."""
    return delivery._replace(outcome=Outcome(delivery.outcome))


def list_unmatched_deliveries(
    connection: Connection, since: datetime, until: datetime, delivery_id: int = 0
) -> list[UnmatchedDelivery]:
    """Return the next UnmatchedDeliveries received in that time, after `delivery_id` if received at `since`."""
    values = {"since": since, "until": until, "delivery_id": delivery_id}
    return [UnmatchedDelivery(*row) for row in execute(connection, "list_unmatched_deliveries", **values).fetchall()]


def list_newest_calls(connection: Connection, outcome: Outcome, since: datetime, at_most: int) -> list[ReportedCall]:
    """Return the ReportedCalls of the newest deliveries of a billed outcome, received at `since` (naive) or later."""
    values = {"outcome": outcome, "since": since, "at_most": at_most}
    return [ReportedCall(*row) for row in execute(connection, "list_newest_calls", **values).fetchall()]


def lock_delivery(connection: Connection, delivery_id: int) -> None:
    """Lock the delivery's row until the transaction ends."""
    execute(connection, "lock_delivery", delivery_id=delivery_id)


def find_replay(connection: Connection, delivery_id: int, received: datetime) -> int | None:
    """Return the id of the delivery that this one was replayed as, or None."""
    row = execute(connection, "find_replay", delivery_id=delivery_id, received=received).fetchone()
    return row[0] if row else None


def list_deliveries(connection: Connection, **filters: Any) -> list[ListedDelivery]:
    """Return ListedDeliveries, newest first."""
    rows = execute(connection, "list_deliveries", **filters).fetchall()
    return [with_outcome(ListedDelivery(*row)) for row in rows]


def list_last_deliveries(
    connection: Connection, api_id: int, since: datetime, until: datetime, at_most: int
) -> list[LastDelivery]:
    """Return the LastDeliveries of a key, newest first."""
    values = {"api_id": api_id, "since": since, "until": until, "at_most": at_most}
    return [
        with_outcome(LastDelivery(*row)) for row in execute(connection, "list_last_deliveries", **values).fetchall()
    ]


def count_key_deliveries(connection: Connection, api_id: int, since: datetime, until: datetime) -> int:
    """Return how many came from a key."""
    count: int
    (count,) = execute(connection, "count_key_deliveries", api_id=api_id, since=since, until=until).fetchone() or (0,)
    return count


def measure_late_deliveries(connection: Connection, since: datetime, milliseconds: int) -> LateDeliveries:
    """Return how many were billed so long after their arrival, or later."""
    values = {"since": since, "milliseconds": milliseconds}
    return LateDeliveries(*(execute(connection, "measure_late_deliveries", **values).fetchone() or (0, 0)))


def count_deliveries(connection: Connection, since: datetime, until: datetime) -> list[Count]:
    """Return a Count for each key and outcome."""
    rows = execute(connection, "count_deliveries", since=since, until=until).fetchall()
    return [with_outcome(Count(*row)) for row in rows]


def count_deliveries_by_time(connection: Connection, since: datetime, until: datetime, seconds: int) -> list[Count]:
    """Return a Count for each step of so many seconds, from 0, and outcome."""
    rows = execute(connection, "count_deliveries_by_time", since=since, until=until, seconds=seconds).fetchall()
    return [with_outcome(Count(*row)) for row in rows]


def update_delivery(connection: Connection, delivery_id: int, billed: Billed, milliseconds: int) -> None:
    """Complete a claimed delivery with what billing has found out."""
    execute(connection, "update_delivery", delivery_id=delivery_id, **billed._asdict(), milliseconds=milliseconds)


def update_delivery_answered(connection: Connection, delivery_id: int, answered: bytes) -> None:
    """Keep the whole answer of a delivery, JSON in UTF-8."""
    execute(connection, "update_delivery_answered", delivery_id=delivery_id, answered=answered)


def update_replayed_delivery(connection: Connection, delivery_id: int) -> int:
    """Return 1, or 0 when it has been replayed or billed before."""
    return execute(connection, "update_replayed_delivery", delivery_id=delivery_id).rowcount


def update_matched_delivery(connection: Connection, delivery_id: int, call: Call, matched: datetime) -> int:
    """Return 1, or 0 when its call has been found before."""
    values = {"delivery_id": delivery_id, **call._asdict(), "matched": matched}
    return execute(connection, "update_matched_delivery", **values).rowcount


def delete_deliveries(connection: Connection, before: datetime) -> int:
    """Return how many were deleted; 0 when none is left."""
    return execute(connection, "delete_deliveries", before=before).rowcount
