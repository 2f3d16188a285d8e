"""What billing a call writes: in one trip where the server can, else step by step; the call is found before."""

import time
from collections.abc import Callable

import pymysql
from pymysql.constants import ER

from ..database import queries
from ..database.connection import ANSWER_TIMEOUT, Connection
from ..database.look_ups import get_look_ups
from ..database.queries import NO_CALL, Bill, Billed, Call
from ..database.retries import error_number
from ..delivery import Delivery
from ..errors import AlreadyReplayed
from ..outcome import Outcome
from .leads import LeadCost, carry_newest_cost, carry_what_came_meanwhile, update_costs

Work = Callable[[Connection, Bill, Delivery], Billed]


def choose_work(connection: Connection, delivery: Delivery, is_dry_run: bool, bill: Bill) -> Work:
    """Choose the single trip where the server can: MySQL has no compound statements outside routines."""
    if is_dry_run:
        return dry_run
    if delivery.is_late or bill.cost.cost == 0:
        return bill_late
    return bill_in_one_trip if connection.is_mariadb else bill_step_by_step


def dry_run(connection: Connection, bill: Bill, delivery: Delivery) -> Billed:
    """Do everything, so that it fails where billing would, and undo it; there is no cost id then."""
    billed, _ = write_step_by_step(connection, bill, delivery, find_call_of(connection, bill))
    connection.rollback()
    return billed._replace(cost_id=None)


def bill_in_one_trip(connection: Connection, bill: Bill, delivery: Delivery) -> Billed:
    """Bill in one trip; the call is looked up in it, or in a trip before where look-ups are to be apart.

    The server adds its own time to the milliseconds so far.
    """
    if get_look_ups().is_apart() or delivery.takes_long:
        return bill_found_call(connection, bill, delivery)
    try:
        billed, is_busy = queries.bill_at_once(connection, bill, delivery.milliseconds())
    except pymysql.OperationalError as error:
        delivery.takes_long = error_number(error) == ER.STATEMENT_TIMEOUT  # was it the look-up? the next attempt sees
        raise
    if is_busy:
        get_look_ups().note_busy()
    return billed


def bill_found_call(connection: Connection, bill: Bill, delivery: Delivery) -> Billed:
    """Look the call up, then bill it in one trip: step by step if so little time is left that it could end too late."""
    call = find_call_of(connection, bill)
    if delivery.deadline is not None and time.monotonic() > delivery.deadline - ANSWER_TIMEOUT:
        return commit_step_by_step(connection, bill, delivery, call)
    billed, _ = queries.bill_at_once(connection, bill, delivery.milliseconds(), call or NO_CALL, is_looked_up=True)
    return billed


def bill_step_by_step(connection: Connection, bill: Bill, delivery: Delivery) -> Billed:
    """Do what `sql/bill_at_once.sql` does in one trip."""
    return commit_step_by_step(connection, bill, delivery, find_call_of(connection, bill))


def commit_step_by_step(connection: Connection, bill: Bill, delivery: Delivery, call: Call | None) -> Billed:
    billed, _ = write_step_by_step(connection, bill, delivery, call)
    connection.commit()
    return billed


def bill_late(connection: Connection, bill: Bill, delivery: Delivery) -> Billed:
    """Bill a call that may not be its lead's newest, or costs 0: the lead carries the newest cost not cancelled."""
    call = find_call_of(connection, bill)
    billed, lead = write_step_by_step(connection, bill, delivery, call, is_late=True)
    connection.commit()
    carry_what_came_meanwhile(connection, billed.lead_id, lead)
    return billed


def find_call_of(connection: Connection, bill: Bill) -> Call | None:
    """Return the call, None if the log has none or is busy: then it is billed all the same, and matched later.

    Before the transaction, so that the dialer's tables are locked no longer than that.
    """
    return get_look_ups().try_to_find(connection, bill.search)


def write_step_by_step(
    connection: Connection, bill: Bill, delivery: Delivery, call: Call | None, is_late: bool = False
) -> tuple[Billed, LeadCost]:
    """Return what is Billed and what its lead carries now; not committed yet."""
    connection.begin()
    replay_of = bill.claim.replay_of
    if replay_of and not queries.update_replayed_delivery(connection, replay_of):
        raise AlreadyReplayed
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


def insert_claim(connection: Connection, bill: Bill, call: Call | None) -> int:
    """Return the delivery's id; raises DuplicateDelivery, having undone all, when its key is claimed already."""
    try:
        outcome = Outcome.BILLED if call else Outcome.UNMATCHED
        return queries.insert_delivery(connection, bill, call or NO_CALL, outcome)
    except queries.DuplicateDelivery:
        connection.rollback()
        raise
