"""What came in, as an invoice is compared with it: costs, the senders' own keys, and the calls behind rows."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from .statements import STATEMENTS, execute


class ReceivedCost(NamedTuple):
    """A cost of one key; `call_date` naive, as the dialer stores it."""

    cost_id: int
    call_date: datetime
    call_from: str
    call_to: str
    cost: Decimal
    notes: str | None


class DeliveryKey(NamedTuple):
    """What a billed delivery was known by; None and no cost where it billed nothing."""

    delivery_id: int
    received: datetime
    cost_id: int | None
    delivery_key: bytes | None


class FoundCall(NamedTuple):
    """The call of one search, and its length in seconds."""

    search: int
    call_log_id: int
    sec_talk: int


def find_cost_span(connection):
    """Return the first and the last cost id, both None without costs."""
    return execute(connection, "find_cost_span").fetchone()


def list_costs(connection, **values):
    """Return the ReceivedCosts among the cost ids `first` to `last`."""
    return [ReceivedCost(*row) for row in execute(connection, "list_costs", **values).fetchall()]


def list_delivery_keys(connection, **values):
    """Return the next DeliveryKeys of a key, received at `since` (naive) or later."""
    return [DeliveryKey(*row) for row in execute(connection, "list_delivery_keys", **values).fetchall()]


def list_calls(connection, searches):
    """Return a FoundCall for each search that has one; a search is a dict with `search` and find_call's parameters."""
    cursor = connection.cursor()
    cursor.execute(" UNION ALL ".join(f"({cursor.mogrify(STATEMENTS['list_calls'], search)})" for search in searches))
    return [FoundCall(*row) for row in cursor.fetchall()]
