"""The delivery log: what has been delivered, and what became of it."""

from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import pymysql
from pymysql.constants import ER

from .statements import execute


class Billed(NamedTuple):
    """What billing has found out: the cost row, call and lead if found, and which rows now carry the cost."""

    cost_id: int
    call_log_id: int | None
    lead_id: int | None
    vendor_id: int | None
    account_id: int | None
    updated: int
    first_contact: int


class Remembered(NamedTuple):
    """A delivery that was billed; `answered` is the JSON that was known before `billed` was."""

    delivery_id: int
    fingerprint: str
    answered: str
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
    outcome: str
    status: int
    error: str | None
    milliseconds: int
    delivery_key: bytes | None
    call_from: str | None
    call_to: str | None
    cost: Decimal | None
    call_date: datetime | None
    cost_id: int | None
    call_log_id: int | None
    lead_id: int | None
    vendor_id: int | None
    account_id: int | None
    updated: int
    first_contact: int
    repeats: int | None
    mends: int | None
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


class ListedDelivery(NamedTuple):
    """A line of the delivery log."""

    delivery_id: int
    request_id: str
    received: datetime
    api_id: int
    name: str | None
    outcome: str
    status: int
    error: str | None
    call_from: str | None
    call_to: str | None
    cost: Decimal | None
    call_date: datetime | None
    milliseconds: int


class Count(NamedTuple):
    """How many deliveries of a key, or of a step in time, had an outcome, and what was understood as their cost."""

    of: int
    outcome: str
    deliveries: int
    cost: Decimal | None


class DuplicateDelivery(Exception):
    """There has been a delivery with this key, and it is committed."""


@contextmanager
def duplicates_told():
    """A foreign key or a NOT NULL that fails is an IntegrityError too: the number tells them apart."""
    try:
        yield
    except pymysql.IntegrityError as error:
        if error.args[0] == ER.DUP_ENTRY:
            raise DuplicateDelivery from error
        raise


def insert_delivery(connection, **delivery):
    """Return the id of the claimed delivery; raises DuplicateDelivery when there has been one with this key."""
    with duplicates_told():
        return execute(connection, "insert_delivery", **delivery).lastrowid


def insert_unbilled_delivery(connection, **delivery):
    execute(connection, "insert_unbilled_delivery", **delivery)


def find_delivery(connection, api_id, delivery_key):
    """Return what is Remembered under the key."""
    row = execute(connection, "find_delivery", api_id=api_id, delivery_key=delivery_key).fetchone()
    return row and Remembered(*row[:3], Billed(*row[3:]))


def find_logged_delivery(connection, delivery_id):
    """Return the LoggedDelivery, or None."""
    row = execute(connection, "find_logged_delivery", delivery_id=delivery_id).fetchone()
    return row and LoggedDelivery(*row)


def list_unmatched_deliveries(connection, since, until, delivery_id=0):
    """Return the next UnmatchedDeliveries received in that time, behind `delivery_id` if received at `since`."""
    values = {"since": since, "until": until, "delivery_id": delivery_id}
    return [UnmatchedDelivery(*row) for row in execute(connection, "list_unmatched_deliveries", **values).fetchall()]


def find_newer_delivery(connection, lead_id, received, request_id):
    """Return the id of a billed delivery of the lead that came in after the one with this id and time, or None."""
    row = execute(
        connection, "find_newer_delivery", lead_id=lead_id, received=received, request_id=request_id
    ).fetchone()
    return row and row[0]


def find_mending_delivery(connection, delivery_id, received):
    """Return the id of the delivery that has mended this one, or None."""
    row = execute(connection, "find_mending_delivery", delivery_id=delivery_id, received=received).fetchone()
    return row and row[0]


def list_deliveries(connection, **filters):
    """Return ListedDeliveries, newest first."""
    return [ListedDelivery(*row) for row in execute(connection, "list_deliveries", **filters).fetchall()]


def count_deliveries(connection, since, until):
    """Return a Count for each key and outcome."""
    rows = execute(connection, "count_deliveries", since=since, until=until).fetchall()
    return [Count(*row) for row in rows]


def count_deliveries_by_time(connection, since, until, seconds):
    """Return a Count for each step of so many seconds, from 0, and outcome."""
    rows = execute(connection, "count_deliveries_by_time", since=since, until=until, seconds=seconds).fetchall()
    return [Count(*row) for row in rows]


def update_delivery(connection, **delivery):
    execute(connection, "update_delivery", **delivery)


def update_mended_delivery(connection, delivery_id):
    """Return 1, or 0 when it has been mended or billed before."""
    return execute(connection, "update_mended_delivery", delivery_id=delivery_id).rowcount


def update_matched_delivery(connection, **delivery):
    """Return 1, or 0 when its call has been found before."""
    return execute(connection, "update_matched_delivery", **delivery).rowcount


def delete_deliveries(connection, before):
    """Return how many were deleted; 0 when none is left."""
    return execute(connection, "delete_deliveries", before=before).rowcount
