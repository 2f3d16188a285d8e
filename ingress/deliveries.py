"""The same call is billed once, however often it is delivered (`contract.md`, Firing twice)."""

from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from . import queries
from .errors import IdempotencyKeyAlreadyUsed


class Claim(NamedTuple):
    """What makes a delivery the same as another: two with one `api_id` and `delivery_key` are one."""

    api_id: int
    delivery_key: bytes
    fingerprint: str
    received: datetime


def identify(cost, idempotency_key, has_call_date, received, recognise_calls):
    """Return the Claim of a cost: by the sender's own key, else by the call itself when its date was given.

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
    return Claim(cost["method_id"], key.encode(), fingerprint, received)


def deliver_once(connection, claim, work, *args):
    """Return the answer of `work(connection, *args)` and False, or what was answered the first time and True.

    Raises IdempotencyKeyAlreadyUsed when the first time was another call, or another cost.
    """
    if not queries.insert_delivery(connection, **claim._asdict()):
        return recall(connection, claim), True
    answer = work(connection, *args)
    queries.update_delivery_answer(connection, claim.api_id, claim.delivery_key, answer)
    return answer, False


def recall(connection, claim):
    first = queries.find_delivery(connection, claim.api_id, claim.delivery_key)
    if first.fingerprint != claim.fingerprint:
        raise IdempotencyKeyAlreadyUsed(f"first for {first.fingerprint}, now for {claim.fingerprint}")
    return first.answer
