"""What came in, as an invoice is compared with it: costs, the senders' own keys, and the calls behind rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from ...sql import STATEMENTS
from .execute import execute
from .records import Search

if TYPE_CHECKING:
    from ..connection import Connection


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


class CostSpan(NamedTuple):
    """The first and the last cost id; both None without costs."""

    first: int | None
    last: int | None


def find_cost_span(connection: Connection) -> CostSpan:
    return CostSpan(*(execute(connection, "find_cost_span").fetchone() or (None, None)))


def list_costs(connection: Connection, **values: Any) -> list[ReceivedCost]:
    """Return the ReceivedCosts among the cost ids `first` to `last`."""
    return [ReceivedCost(*row) for row in execute(connection, "list_costs", **values).fetchall()]


def list_delivery_keys(connection: Connection, **values: Any) -> list[DeliveryKey]:
    """Return the next DeliveryKeys of a key, received at `since` (naive) or later."""
    return [DeliveryKey(*row) for row in execute(connection, "list_delivery_keys", **values).fetchall()]


def list_calls(connection: Connection, searches: Mapping[int, Search]) -> list[FoundCall]:
    """Return a FoundCall for each search that has one; the searches are numbered."""
    cursor = connection.cursor()
    statement = STATEMENTS["list_calls"]
    questions = [
        cursor.mogrify(statement, {"search": number, **search._asdict()}) for number, search in searches.items()
    ]
    cursor.execute(" UNION ALL ".join(f"({question})" for question in questions))
    return [FoundCall(*row) for row in cursor.fetchall()]
