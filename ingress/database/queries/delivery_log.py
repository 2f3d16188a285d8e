"""The delivery log as people, alarms and metrics read it: what was delivered, and its outcome."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ...outcome import Outcome
from .execute import execute

if TYPE_CHECKING:
    from ..connection import Connection


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


def find_logged_delivery(connection: Connection, delivery_id: int) -> LoggedDelivery | None:
    row = execute(connection, "find_logged_delivery", delivery_id=delivery_id).fetchone()
    return with_outcome(LoggedDelivery(*row)) if row else None


def with_outcome(delivery: Logged) -> Logged:
    """Return a record with its outcome as an Outcome instead of the column's text."""
    return delivery._replace(outcome=Outcome(delivery.outcome))


def list_newest_calls(connection: Connection, outcome: Outcome, since: datetime, at_most: int) -> list[ReportedCall]:
    """Return the ReportedCalls of the newest deliveries of a billed outcome, received at `since` (naive) or later."""
    values = {"outcome": outcome, "since": since, "at_most": at_most}
    return [ReportedCall(*row) for row in execute(connection, "list_newest_calls", **values).fetchall()]


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


def delete_deliveries(connection: Connection, before: datetime) -> int:
    """Return how many were deleted; 0 when none is left."""
    return execute(connection, "delete_deliveries", before=before).rowcount
