"""The records that billing passes to the statements, and what they find out."""

from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any, NamedTuple

CallId = int | str  # a number, or a text of a dialer without one, such as 1709648510.1042


class Search(NamedTuple):
    """What call is searched for: from cid to did, nearest to call_date; all times naive, as the log holds them."""

    did: str
    cid: str
    call_date: datetime
    since: datetime
    until: datetime
    now: datetime


class Call(NamedTuple):
    """A call of the log; the lead's columns are None when it has none."""

    call_log_id: CallId | None
    lead_id: int | None
    vendor_id: int | None
    account_id: int | None


NO_CALL = Call(None, None, None, None)


class Origin(NamedTuple):
    """What is known of a delivery whatever its outcome; `received` naive, as the dialer stores it, `sent` is JSON."""

    request_id: str
    api_id: int
    ip_address: str
    received: datetime
    sent: bytes


class Claim(NamedTuple):
    """What keeps a delivery from being billed twice: its key, what the key stands for, and the answer known so far."""

    delivery_key: bytes
    fingerprint: str
    answered: bytes
    replay_of: int | None


class Cost(NamedTuple):
    """A cost row; `method_id` is the API id, times are naive, as the dialer stores them."""

    date_billed: datetime
    cost: Decimal
    method_id: int
    ip_address: str
    call_date: datetime
    call_from: str
    call_to: str
    notes: str | None


class Bill(NamedTuple):
    """What billing writes and searches for."""

    origin: Origin
    claim: Claim
    cost: Cost
    search: Search

    def values(self) -> dict[str, Any]:
        """Return all values by the names of the statements' parameters; names that appear twice mean the same."""
        return dict(zip(BILL_VALUES, chain(*self), strict=True))


BILL_VALUES = (*Origin._fields, *Claim._fields, *Cost._fields, *Search._fields)


class Billed(NamedTuple):
    """What billing has found out: the cost row (None for a dry run), call and lead, and which rows carry the cost."""

    cost_id: int | None
    call_log_id: CallId | None
    lead_id: int | None
    vendor_id: int | None
    account_id: int | None
    updated: int
    first_contact: int
