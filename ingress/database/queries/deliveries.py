"""Deliveries as billing claims, completes and recognises them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

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


def list_unmatched_deliveries(
    connection: Connection, since: datetime, until: datetime, delivery_id: int = 0
) -> list[UnmatchedDelivery]:
    """Return the next UnmatchedDeliveries received in that time, after `delivery_id` if received at `since`."""
    values = {"since": since, "until": until, "delivery_id": delivery_id}
    return [UnmatchedDelivery(*row) for row in execute(connection, "list_unmatched_deliveries", **values).fetchall()]


def lock_delivery(connection: Connection, delivery_id: int) -> None:
    """Lock the delivery's row until the transaction ends."""
    execute(connection, "lock_delivery", delivery_id=delivery_id)


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
