"""From a delivery to a cost, in one transaction and only once, however often it is delivered (`contract.md`)."""

import json
from typing import NamedTuple

from flask import current_app

from ..access.keys import key_time_zone
from ..clock import dialer_time
from ..database import queries
from ..database.pool import Busy, get_database
from ..delivery import BILLED, REPEATED, TRIED, UNMATCHED, log_repeated
from ..errors import AlreadyMended, IdempotencyKeyAlreadyUsed
from ..intake.schemas import collect_billable_call, load_billable_call
from .answers import describe_answer, describe_inserted

CLAIM = (
    *("request_id", "api_id", "ip_address", "received", "sent", "delivery_key", "fingerprint", "answered", "mends"),
    *("call_from", "call_to", "cost", "call_date"),
)
COST = ("date_billed", "cost", "method_id", "ip_address", "call_date", "call_from", "call_to", "notes")
SEARCH = ("did", "cid", "call_date", "since", "until")


class Answer(NamedTuple):
    """`text` is the JSON for the sender, the same each time; `replayed`: this was not the first."""

    text: str
    replayed: bool


def bill(delivery):
    """Bill the call that was delivered and return the Answer; sets what became of the delivery.

    Raises the IngressError that refuses it. With a dry run all is done and undone, and there is no cost id.
    """
    sent = collect_billable_call(delivery.parameters)
    delivery.call, refusal = load_billable_call(sent, key_time_zone(delivery.api_key), delivery.received_at)
    if refusal:
        raise refusal
    cost = describe_cost(delivery)
    answered = {"cid": sent["cid"], "did": sent["did"], "cost": sent["cost"], "inserted": describe_inserted(cost)}
    values = {**delivery.origin(), **cost, **describe_search(cost), **identify(delivery, cost)}
    values |= {"answered": json.dumps(answered).encode(), "mends": delivery.mends}
    return get_database().run(bill_once, delivery, values, answered, deadline=delivery.deadline)


def describe_cost(delivery):
    """The cost row as it is inserted; what was not sent is now."""
    call = delivery.call
    return {
        "date_billed": dialer_time(call["date_billed"] or delivery.received_at),
        "cost": call["cost"],
        "method_id": delivery.api_key.api_id,
        "ip_address": delivery.ip_address,
        "call_date": dialer_time(call["call_date"] or delivery.received_at),
        "call_from": call["cid"],
        "call_to": call["did"],
        "notes": call["notes"],
    }


def describe_search(cost):
    """Whose call is looked for, and when."""
    return {
        "did": cost["call_to"],
        "cid": cost["call_from"],
        "since": cost["call_date"] - current_app.config["CALL_MATCH_BEFORE"],
        "until": cost["call_date"] + current_app.config["CALL_MATCH_AFTER"],
    }


def identify(delivery, cost):
    """What tells one delivery from another: by the sender's own key, else by the call itself if its date was given.

    A delivery with neither is a new one each time it comes; its key is its own, so that this service recognises what it
    has written itself when it must run a transaction again.
    """
    key, has_call_date = delivery.call["idempotency_key"], delivery.call["call_date"] is not None
    call_date = cost["call_date"] if has_call_date else "-"
    fingerprint = f"{cost['call_to']} {cost['call_from']} {cost['cost']} {call_date}"
    if key is not None:
        key = f"key {key}"
    elif has_call_date and current_app.config["INGRESS_DUPLICATES"] == "replay":
        key = f"call {fingerprint}"
    else:
        key = f"own {delivery.request_id}"
    return {"delivery_key": key.encode(), "fingerprint": fingerprint}


def bill_once(connection, delivery, values, answered):
    """Return the Answer; all is committed when this returns, or undone after a dry run."""
    work = choose_work(connection, delivery)
    try:
        billed = work(connection, **values, milliseconds=delivery.milliseconds())
    except queries.DuplicateDelivery:  # which has undone all
        return recall(connection, delivery, values)
    if work is bill_in_vain:
        delivery.outcome = TRIED
    else:
        delivery.outcome = BILLED if billed.call_log_id else UNMATCHED
    return Answer(describe_answer(answered, billed), replayed=False)


def choose_work(connection, delivery):
    """The one trip where the server can: MySQL knows no compound statements outside of routines."""
    if delivery.call["dry_run"]:
        return bill_in_vain
    if delivery.is_late:
        return bill_late
    return queries.bill_at_once if connection.is_mariadb else bill_step_by_step


def bill_in_vain(connection, **values):
    """A dry run: do it all, so that it fails where billing would, and undo it; there is no cost id then."""
    billed = write_step_by_step(connection, **values)
    connection.rollback()
    return billed._replace(cost_id=None)


def bill_step_by_step(connection, **values):
    """What `sql/bill_at_once.sql` does in one trip."""
    billed = write_step_by_step(connection, **values)
    connection.commit()
    return billed


def bill_late(connection, **values):
    """Bill what calls of the same lead may have overtaken: the lead's cost stays the one of the newest."""
    billed = write_step_by_step(connection, is_late=True, **values)
    connection.commit()
    return billed


def write_step_by_step(connection, *, milliseconds, is_late=False, **values):
    connection.begin()
    if values["mends"] and not queries.update_mended_delivery(connection, values["mends"]):
        raise AlreadyMended
    call = queries.find_call(connection, **pick(values, SEARCH))
    found = (call or queries.Call(None, None, None, None))._asdict()
    outcome = BILLED if call else UNMATCHED
    delivery_id = claim(connection, **pick(values, CLAIM), **found, outcome=outcome)
    cost_id = queries.insert_cost(connection, **pick(values, COST))
    is_overtaken = is_late and find_overtaking(connection, found["lead_id"], values)
    updated, first_contact = (0, 0) if is_overtaken else update_costs(connection, found["lead_id"], values["cost"])
    done = {"cost_id": cost_id, "updated": updated, "first_contact": first_contact}
    queries.update_delivery(connection, delivery_id=delivery_id, **done, milliseconds=milliseconds)
    return queries.Billed(**done, **found)


def claim(connection, **delivery):
    """Return the delivery's id; raises DuplicateDelivery, having undone all, when somebody else has claimed its key."""
    try:
        return queries.insert_delivery(connection, **delivery)
    except queries.DuplicateDelivery:
        connection.rollback()
        raise


def pick(values, names):
    return {name: values[name] for name in names}


def update_costs(connection, lead_id, cost):
    """Return whether the lead, and whether its first contact, now carries the cost: 1 or 0 each."""
    if lead_id is None or not queries.update_lead_cost(connection, lead_id, cost):
        return 0, 0
    return 1, queries.update_first_contact_cost(connection, lead_id, cost)


def find_overtaking(connection, lead_id, values):
    """Return the id of a billed delivery of the lead that came in later, or None.

    The lead is locked first: whoever bills it now has been seen, or comes after us.
    """
    if lead_id is None:
        return None
    queries.lock_lead(connection, lead_id)
    return queries.find_newer_delivery(connection, lead_id, values["received"], values["request_id"])


def recall(connection, delivery, values):
    """Return the first delivery's Answer; raises IdempotencyKeyAlreadyUsed when that was another call or cost."""
    first = queries.find_delivery(connection, values["api_id"], values["delivery_key"])
    if first is None:
        raise Busy(f"{delivery.request_id} met a delivery that was not to be seen yet")
    if first.fingerprint != values["fingerprint"]:
        raise IdempotencyKeyAlreadyUsed(f"first for {first.fingerprint}, now for {values['fingerprint']}")
    delivery.repeats = first.delivery_id
    if delivery.call["dry_run"]:
        delivery.outcome = TRIED
    else:
        log_repeated(connection, delivery)
        delivery.outcome = REPEATED
    return answer_again(first)


def answer_again(first):
    """The Answer that the first delivery got, from what is Remembered of it."""
    return Answer(describe_answer(json.loads(first.answered), first.billed), replayed=True)
