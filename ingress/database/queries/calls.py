"""The dialer's calls, and what a billed one changes: its cost, its lead and the first contact."""

import json
from datetime import datetime
from typing import NamedTuple

from .deliveries import Billed, duplicates_told
from .statements import execute, execute_prepared


class Call(NamedTuple):
    """A call of the log; the lead's columns are None when it has none."""

    call_log_id: int
    lead_id: int | None
    vendor_id: int | None
    account_id: int | None


class NearestCall(NamedTuple):
    """A call that may be what a delivery meant; its numbers as the log writes them."""

    call_log_id: int
    call_date: datetime
    call_direction: str
    call_from: str
    call_to: str


def find_call(connection, *, did, cid, call_date, since, until):
    """Return the Call from cid to did nearest to call_date, or None; all times naive, as the log holds them."""
    row = execute(connection, "find_call", did=did, cid=cid, call_date=call_date, since=since, until=until).fetchone()
    return row and Call(*row)


def find_nearest_call(connection, did, cid, call_date):
    """Return the NearestCall, of the pair if there is one, else of the caller, or None."""
    row = execute(connection, "find_nearest_call", did=did, cid=cid, call_date=call_date).fetchone()
    return row and NearestCall(*row)


def insert_cost(connection, **cost):
    """Return the new cost id."""
    return execute(connection, "insert_cost", **cost).lastrowid


def lock_lead(connection, lead_id):
    """Keep everybody else from the lead's row until the transaction ends."""
    execute(connection, "lock_lead", lead_id=lead_id)


def update_lead_cost(connection, lead_id, cost):
    """Return 1 when the lead now has this cost, 0 when there is no such lead."""
    return execute(connection, "update_lead_cost", lead_id=lead_id, cost=cost).rowcount


def update_first_contact_cost(connection, lead_id, cost):
    """Return 1 when the lead's first contact now has this cost, 0 when it has none."""
    return execute(connection, "update_first_contact_cost", lead_id=lead_id, cost=cost).rowcount


def bill_at_once(connection, **values):
    """Do the whole of billing in one trip and return what is Billed; committed when this returns.

    `values` are those of insert_delivery, find_call and insert_cost. Raises DuplicateDelivery, having undone all.
    """
    with duplicates_told():
        cursor = execute_prepared(connection, "bill_at_once", **values)
    found_out = json.loads(cursor.fetchone()[0])  # MariaDB quotes the numbers that variables hold
    billed = Billed(*(number and int(number) for number in found_out))
    cursor.nextset()  # the end of the compound statement
    return billed
