"""The same call is billed once, however often it is delivered (`contract.md`, Firing twice)."""

from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from . import queries
from .errors import IdempotencyKeyAlreadyUsed


class Claim(NamedTuple):
    """A delivery about to be billed: two with one `api_id` and `delivery_key` are the same.

    `fingerprint` is what the same key must always mean, `sent` the JSON to remember for answering again.
    """

    api_id: int
    delivery_key: bytes
    fingerprint: str
    received: datetime
    sent: str


def identify(cost, *, idempotency_key, has_call_date, recognise_calls):
    """Return key and fingerprint of a cost: by the sender's own key, else by the call itself if its date was given.

    A request with neither is a new one each time it comes; its key is made up, so that this service recognises what
    it has written itself when it must run a transaction again. `recognise_calls` is INGRESS_DUPLICATES=replay.
    """
    call_date = cost["call_date"] if has_call_date else "-"
    fingerprint = f"{cost['call_to']} {cost['call_from']} {cost['cost']} {call_date}"
    if idempotency_key is not None:
        key = f"key {idempotency_key}"
    elif has_call_date and recognise_calls:
        key = f"call {fingerprint}"
    else:
        key = f"own {uuid4()}"
    return key.encode(), fingerprint


def recall(connection, claim):
    """Return the Delivery that came first; raises IdempotencyKeyAlreadyUsed when it was another call or cost."""
    first = queries.find_delivery(connection, claim.api_id, claim.delivery_key)
    if first.fingerprint != claim.fingerprint:
        raise IdempotencyKeyAlreadyUsed(f"first for {first.fingerprint}, now for {claim.fingerprint}")
    return first
