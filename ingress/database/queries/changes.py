"""Costs whose amount changes: the cost itself, its history, and the newest cost of a lead."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .execute import execute

if TYPE_CHECKING:
    from ..connection import Connection


class LastAmount(NamedTuple):
    """When an amount was sent, naive as the dialer stores it; within a second the request ids are in order."""

    received: datetime
    request_id: str


class FoundCost(NamedTuple):
    """A cost that came through this service; `method_id` is the API id, times naive, as the dialer stores them."""

    cost_id: int
    date_billed: datetime
    cost: Decimal
    method_id: int
    ip_address: str
    call_date: datetime
    call_from: str
    call_to: str
    notes: str | None


class BilledDelivery(NamedTuple):
    """The delivery that inserted a cost, with call and lead as far as they were found."""

    delivery_id: int
    call_log_id: str | None
    lead_id: int | None
    vendor_id: int | None
    account_id: int | None


class NewestCost(NamedTuple):
    """The cost that a lead carries."""

    cost_id: int
    cost: Decimal


class CostChange(NamedTuple):
    """A new line of a cost's history; `changed` naive, as the dialer stores it, at most 100 and 500 characters."""

    cost_id: int
    changed: datetime
    cost_from: Decimal
    cost_to: Decimal
    api_id: int | None
    delivery_id: int | None
    changed_by: str
    reason: str


class ListedCostChange(NamedTuple):
    """A line of a cost's history; `answered` is the JSON that its delivery got, while the log has it."""

    change_id: int
    changed: datetime
    cost_from: Decimal
    cost_to: Decimal
    api_id: int | None
    delivery_id: int | None
    changed_by: str
    reason: str
    answered: str | None


def find_cost(connection: Connection, cost_id: int) -> FoundCost | None:
    row = execute(connection, "find_cost", cost_id=cost_id).fetchone()
    return FoundCost(*row) if row else None


def find_billed_delivery(connection: Connection, call_from: str, cost_id: int) -> BilledDelivery | None:
    """Return the delivery that inserted the cost, None when the log no longer has it."""
    row = execute(connection, "find_billed_delivery", call_from=call_from, cost_id=cost_id).fetchone()
    return BilledDelivery(*row) if row else None


def find_newest_cost(connection: Connection, lead_id: int) -> NewestCost | None:
    """Return the newest cost of the lead that is not cancelled, None when all are; the lead must be locked."""
    row = execute(connection, "find_newest_cost", lead_id=lead_id).fetchone()
    return NewestCost(*row) if row else None


def find_last_amount(connection: Connection, delivery_id: int) -> LastAmount | None:
    """Return when the present amount of the cost that this delivery inserted was sent; None without the delivery."""
    row = execute(connection, "find_last_amount", delivery_id=delivery_id).fetchone()
    return LastAmount(*row) if row else None


def lock_cost(connection: Connection, cost_id: int) -> Decimal | None:
    """Return the present amount of a cost, locked until the transaction ends; None when the cost is gone."""
    row = execute(connection, "lock_cost", cost_id=cost_id).fetchone()
    return row[0] if row else None


def update_cost(connection: Connection, cost_id: int, cost: Decimal) -> None:
    execute(connection, "update_cost", cost_id=cost_id, cost=cost)


def insert_cost_change(connection: Connection, change: CostChange) -> int:
    """Return the id of the new line of history."""
    return execute(connection, "insert_cost_change", **change._asdict()).lastrowid


def list_cost_changes(connection: Connection, cost_id: int) -> list[ListedCostChange]:
    """Return the history of a cost, oldest first."""
    return [ListedCostChange(*row) for row in execute(connection, "list_cost_changes", cost_id=cost_id).fetchall()]
