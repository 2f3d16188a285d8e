"""The dialer's calls, and what a billed one changes: its cost, its lead and the first contact."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .duplicates import raising_duplicates
from .execute import execute, execute_prepared
from .records import NO_CALL, Bill, Billed, Call, CallId, Cost, Search

if TYPE_CHECKING:
    from ..connection import Connection


class NearestCall(NamedTuple):
    """A call that may be what a delivery meant; its numbers as the log writes them."""

    call_log_id: CallId
    call_date: datetime
    call_direction: str
    call_from: str
    call_to: str


def find_call(connection: Connection, search: Search) -> Call | None:
    """Return the Call that the search finds, or None."""
    row = execute(connection, "find_call", **search._asdict()).fetchone()
    return Call(*row) if row else None


def find_nearest_call(connection: Connection, did: str, cid: str, call_date: datetime) -> NearestCall | None:
    """Return the nearest call of the pair if there is one, else of the caller, or None."""
    row = execute(connection, "find_nearest_call", did=did, cid=cid, call_date=call_date).fetchone()
    return NearestCall(*row) if row else None


def insert_delivery(connection: Connection, bill: Bill, call: Call, outcome: str) -> int:
    """Return the id of the claimed delivery; raises DuplicateDelivery when its key is claimed already."""
    with raising_duplicates():
        cursor = execute(connection, "insert_delivery", **bill.values(), **call._asdict(), outcome=outcome)
        return cursor.lastrowid


def insert_cost(connection: Connection, cost: Cost) -> int:
    """Return the new cost id."""
    return execute(connection, "insert_cost", **cost._asdict()).lastrowid


def lock_lead(connection: Connection, lead_id: int) -> Decimal | None:
    """Return the cost that the lead carries, its row locked until the transaction ends; None for no cost or no lead."""
    row = execute(connection, "lock_lead", lead_id=lead_id).fetchone()
    if row is None and insert_lead(connection, lead_id):
        row = execute(connection, "lock_lead", lead_id=lead_id).fetchone()
    return row[0] if row else None


def touch_lead(connection: Connection, lead_id: int, cost: Decimal) -> None:
    """Change the cost of a lead that carries this cost already; `update_lead_cost` must follow."""
    execute(connection, "touch_lead", lead_id=lead_id, cost=cost)


def insert_lead(connection: Connection, lead_id: int) -> int:
    """Return whether the lead's row has been made: 1, or 0 with a dialer that keeps them itself."""
    return execute(connection, "insert_lead", lead_id=lead_id).rowcount


def update_lead_cost(connection: Connection, lead_id: int, cost: Decimal) -> int:
    """Return 1 when the lead now has this cost, 0 when there is no such lead."""
    return min(execute(connection, "update_lead_cost", lead_id=lead_id, cost=cost).rowcount, 1)


def update_first_contact_cost(connection: Connection, lead_id: int, cost: Decimal) -> int:
    """Return 1 when the lead's first contact now has this cost, 0 when it has none."""
    return min(execute(connection, "update_first_contact_cost", lead_id=lead_id, cost=cost).rowcount, 1)


def bill_at_once(
    connection: Connection, bill: Bill, milliseconds: int, call: Call = NO_CALL, is_looked_up: bool = False
) -> tuple[Billed, bool]:
    """Do the whole of billing in one trip, the look-up too unless the call `is_looked_up`; committed when this returns.

    Returns what is Billed, and whether the call log was too busy to look the call up. Raises DuplicateDelivery, having
    undone all.
    """
    flags = {"is_looked_up": int(is_looked_up), "is_cluster": int(connection.server.is_cluster)}
    values = {**bill.values(), **call._asdict(), "milliseconds": milliseconds, **flags}
    with raising_duplicates():
        cursor = execute_prepared(connection, "bill_at_once", **values)
    row = cursor.fetchone()
    cost_id, call_log_id, *numbers = json.loads(row[0]) if row else []  # MariaDB quotes the numbers of variables
    *numbers, is_busy = (number and int(number) for number in numbers)
    cursor.nextset()  # the end of the compound statement
    return Billed(int(cost_id), call_log_id, *numbers), bool(is_busy)
