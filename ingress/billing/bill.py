"""From a delivery to a cost, in one transaction and only once, however often it is delivered (`docs/contract.md`)."""

import json
from collections.abc import Callable

from flask import current_app

from .. import counters
from ..clock import dialer_time
from ..database import queries
from ..database.connection import Connection
from ..database.pool import get_database
from ..database.queries import NO_CALL, Bill, Billed, Claim, Cost
from ..delivery import Delivery
from ..errors import AlreadyReplayed, IngressError, TLDialerConnectionError
from ..intake.schemas import BillableCall
from ..outcome import Outcome
from .again import find_first, settle_duplicate
from .answers import Answer, Known, describe_answer, describe_known
from .correct import search_for
from .leads import LeadCost, carry_newest_cost, carry_what_came_meanwhile, update_costs
from .log import log_unbilled

Work = Callable[[Connection, Bill, Delivery], Billed]


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


def choose_work(connection: Connection, delivery: Delivery, is_dry_run: bool, bill: Bill) -> Work:
    """Choose the single trip where the server can: MySQL has no compound statements outside routines."""
    if is_dry_run:
        return dry_run
    if delivery.is_late or bill.cost.cost == 0:
        return bill_late
    return bill_in_one_trip if connection.is_mariadb else bill_step_by_step


def dry_run(connection: Connection, bill: Bill, delivery: Delivery) -> Billed:
    """Do everything, so that it fails where billing would, and undo it; there is no cost id then."""
    billed, _ = write_step_by_step(connection, bill, delivery)
    connection.rollback()
    return billed._replace(cost_id=None)


def bill_in_one_trip(connection: Connection, bill: Bill, delivery: Delivery) -> Billed:
    """Leave it to the server to add its own time to the milliseconds so far."""
    return queries.bill_at_once(connection, bill, delivery.milliseconds())


def bill_step_by_step(connection: Connection, bill: Bill, delivery: Delivery) -> Billed:
    """Do what `sql/bill_at_once.sql` does in one trip."""
    billed, _ = write_step_by_step(connection, bill, delivery)
    connection.commit()
    return billed


def bill_late(connection: Connection, bill: Bill, delivery: Delivery) -> Billed:
    """Bill a call that may not be its lead's newest, or costs 0: the lead carries the newest cost not cancelled."""
    billed, lead = write_step_by_step(connection, bill, delivery, is_late=True)
    connection.commit()
    carry_what_came_meanwhile(connection, billed.lead_id, lead)
    return billed


def write_step_by_step(
    connection: Connection, bill: Bill, delivery: Delivery, is_late: bool = False
) -> tuple[Billed, LeadCost]:
    """Return what is Billed and what its lead carries now; not committed yet."""
    connection.begin()
    replay_of = bill.claim.replay_of
    if replay_of and not queries.update_replayed_delivery(connection, replay_of):
        raise AlreadyReplayed
    call = queries.find_call(connection, bill.search)
    delivery_id = insert_claim(connection, bill, call)
    cost_id = queries.insert_cost(connection, bill.cost)
    lead_id = call.lead_id if call else None
    if is_late:
        billed = Billed(cost_id, *(call or NO_CALL), 0, 0)
        queries.update_delivery(connection, delivery_id, billed, delivery.milliseconds())
        lead = carry_newest_cost(connection, lead_id, cost_id)
    else:
        lead = LeadCost(*update_costs(connection, lead_id, bill.cost.cost), bill.cost.cost)
    billed = Billed(cost_id, *(call or NO_CALL), lead.updated, lead.first_contact)
    queries.update_delivery(connection, delivery_id, billed, delivery.milliseconds())
    return billed, lead


def insert_claim(connection: Connection, bill: Bill, call: queries.Call | None) -> int:
    """Return the delivery's id; raises DuplicateDelivery, having undone all, when its key is claimed already."""
    try:
        outcome = Outcome.BILLED if call else Outcome.UNMATCHED
        return queries.insert_delivery(connection, bill, call or NO_CALL, outcome)
    except queries.DuplicateDelivery:
        connection.rollback()
        raise
