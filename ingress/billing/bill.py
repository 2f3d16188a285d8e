"""From a delivery to a cost, in one transaction and only once, however often it is delivered (`docs/contract.md`)."""

import json

from flask import current_app

from .. import counters
from ..clock import dialer_time
from ..database import queries
from ..database.connection import Connection
from ..database.pool import get_database
from ..database.queries import Bill, Claim, Cost
from ..delivery import Delivery
from ..errors import IngressError, TLDialerConnectionError
from ..intake.schemas import BillableCall
from ..outcome import Outcome
from .again import find_first, settle_duplicate
from .answers import Answer, Known, describe_answer, describe_known
from .correct import search_for
from .log import log_unbilled
from .writing import choose_work


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
    received = dialer_time(delivery.received_at)
    return Cost(
        date_billed=dialer_time(call.date_billed) if call.date_billed else received,
        cost=call.cost,
        method_id=delivery.sender.api_id,
        ip_address=delivery.ip_address,
        call_date=dialer_time(call.call_date) if call.call_date else received,
        call_from=call.cid,
        call_to=call.did,
        notes=call.notes,
    )


def identify(delivery: Delivery, call: BillableCall, cost: Cost, known: Known) -> Claim:
    """Return what tells one call from another: the sender's own key, else the call itself if its time was sent.

    A bare date does not tell two calls of a day apart. Without either, each delivery counts as new. Its key is then its
    request id, by which this service recognises its own write when a transaction runs again.
    """
    fingerprint = f"{cost.call_to} {cost.call_from} {describe_call_date(call, cost)}"
    if call.idempotency_key is not None:
        key = f"key {call.idempotency_key}"
    elif call.has_clock and current_app.config["INGRESS_DUPLICATES"] == "replay":
        key = f"call {fingerprint}"
    else:
        key = f"own {delivery.request_id}"
    return Claim(key.encode(), fingerprint, json.dumps(known).encode(), delivery.replay_of)


def describe_call_date(call: BillableCall, cost: Cost) -> str:
    """Return the call's time on the dialer's clock, its bare date, or `-` if none was sent."""
    if call.call_date is None:
        return "-"
    return str(cost.call_date if call.has_clock else call.call_date.date())


def bill_once(connection: Connection, delivery: Delivery, is_dry_run: bool, bill: Bill, known: Known) -> Answer:
    """Return the Answer; when this returns, all is committed, or undone after a dry run."""
    work = choose_work(connection, delivery, is_dry_run, bill)
    try:
        billed = work(connection, bill, delivery)
    except queries.DuplicateDelivery:  # everything has been rolled back
        return settle_claimed(connection, delivery, is_dry_run, bill, known)
    if is_dry_run:
        delivery.outcome = Outcome.DRY_RUN
    else:
        delivery.outcome = Outcome.BILLED if billed.call_log_id else Outcome.UNMATCHED
    return Answer(describe_answer(known, billed), replayed=False)


def settle_claimed(connection: Connection, delivery: Delivery, is_dry_run: bool, bill: Bill, known: Known) -> Answer:
    """Settle a call whose key is claimed; if the API key inserts changes, another amount is a cost of its own."""
    if delivery.sender.on_change == "insert":
        first = find_first(connection, delivery, bill)
        if bill.cost.cost not in (first.first_cost, first.present_cost):
            claim = bill.claim._replace(delivery_key=bill.claim.delivery_key + f" = {bill.cost.cost}".encode())
            return bill_once(connection, delivery, is_dry_run, bill._replace(claim=claim), known)
    return settle_duplicate(connection, delivery, is_dry_run, bill, known)
