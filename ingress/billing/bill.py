"""From a delivery to a cost, in one transaction and only once, however often it is delivered (`docs/contract.md`)."""

import json
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from flask import current_app

from .. import counters
from ..clock import dialer_time
from ..database import queries
from ..database.connection import Connection
from ..database.pool import get_database
from ..database.queries import NO_CALL, Bill, Billed, Claim, Cost, Search, StoredDelivery
from ..database.retries import Retryable
from ..delivery import Delivery
from ..errors import AlreadyReplayed, IdempotencyKeyAlreadyUsed, IngressError, TLDialerConnectionError
from ..intake.schemas import BillableCall
from ..outcome import Outcome
from .answers import Known, describe_answer, describe_known
from .log import log_duplicate, log_unbilled

Work = Callable[[Connection, Bill, int], Billed]


class Answer(NamedTuple):
    """`text` is the JSON for the sender, the same each time; `replayed`: this was not the first delivery."""

    text: str
    replayed: bool


def bill(delivery: Delivery) -> Answer:
    """Bill the call that was delivered and return the Answer; sets the delivery's outcome.

    Raises the IngressError that refuses it. A dry run does everything and undoes it; it has no cost id.
    """
    call = delivery.read_call()
    cost = describe_cost(delivery, call)
    known = describe_known(delivery.sent, cost)
    search = search_for(cost.call_to, cost.call_from, cost.call_date)
    bill = Bill(delivery.origin(), identify(delivery, call, cost, known), cost, search)
    return get_database().run(bill_once, delivery, call.dry_run, bill, known, deadline=delivery.deadline)


def bill_unattended(delivery: Delivery) -> Answer:
    """Bill a delivery whose sender does not wait for the answer: it comes from the spool, the log or an invoice.

    A refusal is logged and raised, a cost is counted; TLDialerConnectionError passes through and leaves no trace.
    """
    try:
        answer = bill(delivery)
    except TLDialerConnectionError:
        raise
    except IngressError as refusal:
        log_unbilled(delivery, refusal.status, str(refusal))
        raise
    if delivery.outcome is Outcome.DRY_RUN:
        log_unbilled(delivery, 200, None)
    count_billed(delivery)
    return answer


def count_billed(delivery: Delivery) -> None:
    """Add the delivery's cost to the metrics if it was billed."""
    if delivery.outcome and delivery.outcome.is_billed and delivery.understood.cost is not None:
        counters.count_cost(delivery.sender.api_id, delivery.understood.cost)


def describe_cost(delivery: Delivery, call: BillableCall) -> Cost:
    """Return the cost row as it is inserted; a time that was not sent is now."""
    return Cost(
        date_billed=dialer_time(call.date_billed or delivery.received_at),
        cost=call.cost,
        method_id=delivery.sender.api_id,
        ip_address=delivery.ip_address,
        call_date=dialer_time(call.call_date or delivery.received_at),
        call_from=call.cid,
        call_to=call.did,
        notes=call.notes,
    )


def search_for(did: str, cid: str, call_date: datetime) -> Search:
    """Return the search for a call; `call_date` is naive, on the dialer's clock."""
    since = call_date - current_app.config["CALL_MATCH_BEFORE"]
    until = call_date + current_app.config["CALL_MATCH_AFTER"]
    return Search(did, cid, call_date, since, until)


def identify(delivery: Delivery, call: BillableCall, cost: Cost, known: Known) -> Claim:
    """Return what tells one delivery from another: the sender's own key, else the call itself if its date was sent.

    A delivery with neither is a new one each time it comes. Its key is its own request id, by which this service
    recognises what it has written when it must run a transaction again.
    """
    call_date = cost.call_date if call.call_date else "-"
    fingerprint = f"{cost.call_to} {cost.call_from} {cost.cost} {call_date}"
    if call.idempotency_key is not None:
        key = f"key {call.idempotency_key}"
    elif call.call_date and current_app.config["INGRESS_DUPLICATES"] == "replay":
        key = f"call {fingerprint}"
    else:
        key = f"own {delivery.request_id}"
    return Claim(key.encode(), fingerprint, json.dumps(known).encode(), delivery.replay_of)


def bill_once(connection: Connection, delivery: Delivery, is_dry_run: bool, bill: Bill, known: Known) -> Answer:
    """Return the Answer; when this returns, all is committed, or undone after a dry run."""
    work = choose_work(connection, delivery, is_dry_run)
    try:
        billed = work(connection, bill, delivery.milliseconds())
    except queries.DuplicateDelivery:  # which has undone all
        return answer_duplicate(connection, delivery, is_dry_run, bill)
    if is_dry_run:
        delivery.outcome = Outcome.DRY_RUN
    else:
        delivery.outcome = Outcome.BILLED if billed.call_log_id else Outcome.UNMATCHED
    return Answer(describe_answer(known, billed), replayed=False)


def choose_work(connection: Connection, delivery: Delivery, is_dry_run: bool) -> Work:
    """Choose the single trip where the server can: MySQL has no compound statements outside routines."""
    if is_dry_run:
        return dry_run
    if delivery.is_late:
        return bill_late
    return queries.bill_at_once if connection.is_mariadb else bill_step_by_step


def dry_run(connection: Connection, bill: Bill, milliseconds: int) -> Billed:
    """Do everything, so that it fails where billing would, and undo it; there is no cost id then."""
    billed = write_step_by_step(connection, bill, milliseconds)
    connection.rollback()
    return billed._replace(cost_id=None)


def bill_step_by_step(connection: Connection, bill: Bill, milliseconds: int) -> Billed:
    """Do what `sql/bill_at_once.sql` does in one trip."""
    billed = write_step_by_step(connection, bill, milliseconds)
    connection.commit()
    return billed


def bill_late(connection: Connection, bill: Bill, milliseconds: int) -> Billed:
    """Bill a call that later calls of the same lead may have overtaken: the lead keeps the cost of the newest."""
    billed = write_step_by_step(connection, bill, milliseconds, is_late=True)
    connection.commit()
    return billed


def write_step_by_step(connection: Connection, bill: Bill, milliseconds: int, is_late: bool = False) -> Billed:
    connection.begin()
    replay_of = bill.claim.replay_of
    if replay_of and not queries.update_replayed_delivery(connection, replay_of):
        raise AlreadyReplayed
    call = queries.find_call(connection, bill.search)
    delivery_id = insert_claim(connection, bill, call)
    cost_id = queries.insert_cost(connection, bill.cost)
    lead_id = call.lead_id if call else None
    is_overtaken = is_late and find_overtaking(connection, lead_id, bill.origin.received, bill.origin.request_id)
    updated, first_contact = (0, 0) if is_overtaken else update_costs(connection, lead_id, bill.cost.cost)
    billed = Billed(cost_id, *(call or NO_CALL), updated, first_contact)
    queries.update_delivery(connection, delivery_id, billed, milliseconds)
    return billed


def insert_claim(connection: Connection, bill: Bill, call: queries.Call | None) -> int:
    """Return the delivery's id; raises DuplicateDelivery, having undone all, when its key is claimed already."""
    try:
        outcome = Outcome.BILLED if call else Outcome.UNMATCHED
        return queries.insert_delivery(connection, bill, call or NO_CALL, outcome)
    except queries.DuplicateDelivery:
        connection.rollback()
        raise


def update_costs(connection: Connection, lead_id: int | None, cost: Decimal) -> tuple[int, int]:
    """Return whether the lead, and whether its first contact, now carries the cost: 1 or 0 each."""
    if lead_id is None or not queries.update_lead_cost(connection, lead_id, cost):
        return 0, 0
    return 1, queries.update_first_contact_cost(connection, lead_id, cost)


def find_overtaking(connection: Connection, lead_id: int | None, received: datetime, request_id: str) -> int | None:
    """Return the id of a billed delivery of the lead that came in later, or None.

    The lead is locked first: a transaction that bills it has committed and is seen, or comes after this one.
    """
    if lead_id is None:
        return None
    queries.lock_lead(connection, lead_id)
    return queries.find_newer_delivery(connection, lead_id, received, request_id)


def answer_duplicate(connection: Connection, delivery: Delivery, is_dry_run: bool, bill: Bill) -> Answer:
    """Return the first delivery's Answer; raises IdempotencyKeyAlreadyUsed when that was another call or cost."""
    first = queries.find_delivery(connection, bill.origin.api_id, bill.claim.delivery_key)
    if first is None:
        raise Retryable(f"{delivery.request_id} met a delivery that was not visible yet")
    if first.fingerprint != bill.claim.fingerprint:
        raise IdempotencyKeyAlreadyUsed(f"first for {first.fingerprint}, now for {bill.claim.fingerprint}")
    delivery.duplicate_of = first.delivery_id
    if is_dry_run:
        delivery.outcome = Outcome.DRY_RUN
    else:
        log_duplicate(connection, delivery)
        delivery.outcome = Outcome.DUPLICATE
    return replay_stored_answer(first)


def replay_stored_answer(first: StoredDelivery) -> Answer:
    """Return the Answer that the first delivery got."""
    return Answer(describe_answer(json.loads(first.answered), first.billed), replayed=True)
