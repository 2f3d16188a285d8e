"""The same call once more: the answer it got before, or a correction of its amount (`docs/contract.md`)."""

import json
from datetime import date, timedelta
from decimal import Decimal

from ..database import queries
from ..database.connection import Connection
from ..database.queries import Bill, ListedCostChange, StoredDelivery
from ..database.retries import Retryable
from ..delivery import Delivery
from ..errors import AlreadyReplayed, CostAlreadySet, IdempotencyKeyAlreadyUsed
from ..outcome import Outcome
from .answers import Answer, Known, describe_answer, describe_correction, describe_superseded
from .correct import Author, write_change
from .leads import carry_newest_cost, carry_what_came_meanwhile
from .log import log_settled


def settle_duplicate(connection: Connection, delivery: Delivery, is_dry_run: bool, bill: Bill, known: Known) -> Answer:
    """Return the Answer to a call whose key is claimed already; all is committed when this returns.

    Raises IdempotencyKeyAlreadyUsed when the key stands for another call. Raises CostAlreadySet when the API key
    refuses changes, unless an operator forces one, and when the cost row has been deleted.
    """
    first = find_first(connection, delivery, bill)
    delivery.duplicate_of = first.delivery_id
    if bill.cost.cost == first.present_cost and not delivery.is_forced:
        changes = queries.list_cost_changes(connection, cost_id_of(first))
        return repeat_answer(connection, delivery, is_dry_run, answer_of(first, changes, bill.cost.cost))
    connection.begin()
    queries.lock_delivery(connection, first.delivery_id)
    first = find_first(connection, delivery, bill)  # once more: until the lock, `match` may have found its lead
    locked = queries.lock_cost(connection, cost_id_of(first))
    changes = queries.list_cost_changes(connection, cost_id_of(first))
    present = last_amount(first, changes) if locked is None else locked
    if bill.cost.cost == present:
        connection.rollback()
        return repeat_answer(connection, delivery, is_dry_run, answer_of(first, changes, present))
    if not delivery.is_forced and is_superseded(connection, delivery, bill, first, changes):
        connection.rollback()
        text = describe_superseded(answer_of(first, changes, bill.cost.cost), present)
        return repeat_answer(connection, delivery, is_dry_run, text, Outcome.SUPERSEDED)
    if locked is None or (delivery.sender.on_change == "refuse" and not delivery.is_forced):
        raise CostAlreadySet(str(present))
    return correct_duplicate(connection, delivery, is_dry_run, bill, known, first, present)


def find_first(connection: Connection, delivery: Delivery, bill: Bill) -> StoredDelivery:
    """Return the delivery that was billed under the key."""
    first = queries.find_delivery(connection, bill.origin.api_id, bill.claim.delivery_key)
    if first is None:
        raise Retryable(f"{delivery.request_id} met a delivery that was not visible yet")
    if not is_same_call(first.fingerprint, bill.claim.fingerprint):
        raise IdempotencyKeyAlreadyUsed(f"first for {first.fingerprint}, now for {bill.claim.fingerprint}")
    return first


def cost_id_of(first: StoredDelivery) -> int:
    return first.billed.cost_id or 0


def last_amount(first: StoredDelivery, changes: list[ListedCostChange]) -> Decimal:
    """Return the last amount of a cost whose row has been deleted from the dialer's table."""
    return changes[-1].cost_to if changes else first.first_cost


def is_same_call(first: str, now: str) -> bool:
    """Return whether two fingerprints, `did cid call_date`, can be of one call."""
    (*numbers, first_date), (*numbers_now, date_now) = first.split(" ", 2), now.split(" ", 2)
    return numbers == numbers_now and not contradicts(first_date, date_now)


def contradicts(first_date: str, date_now: str) -> bool:
    """Return True for two different times, and for a bare date and a time more than a day apart.

    One day is allowed between these because sender and dialer may be in different zones. A call_date that was not sent,
    `-`, contradicts nothing.
    """
    if "-" in (first_date, date_now):
        return False
    if len(first_date) == len(date_now):
        return first_date != date_now
    return abs(date.fromisoformat(first_date[:10]) - date.fromisoformat(date_now[:10])) > timedelta(days=1)


def is_superseded(
    connection: Connection, delivery: Delivery, bill: Bill, first: StoredDelivery, changes: list[ListedCostChange]
) -> bool:
    """True for an amount that the call had before, and for one that was sent before the present one but comes late."""
    if bill.cost.cost in (first.first_cost, *(change.cost_to for change in changes)):
        return True
    if not delivery.is_late:
        return False
    last = queries.find_last_amount(connection, first.delivery_id)
    return last is not None and (bill.origin.received, bill.origin.request_id) < last


def answer_of(first: StoredDelivery, changes: list[ListedCostChange], cost: Decimal) -> str:
    """Return the answer that the delivery with this amount got; the first answer with it if a person set the amount."""
    answers = [change.answered for change in changes if change.cost_to == cost and change.answered]
    if answers:
        return answers[-1]
    known: Known = json.loads(first.answered)
    return describe_answer({**known, "inserted": {**known["inserted"], "cost": str(cost)}}, first.billed)


def repeat_answer(
    connection: Connection, delivery: Delivery, is_dry_run: bool, text: str, outcome: Outcome = Outcome.DUPLICATE
) -> Answer:
    """Log the delivery before it is answered; a dry run is logged by the caller."""
    if is_dry_run:
        delivery.outcome = Outcome.DRY_RUN
    else:
        log_settled(connection, delivery, outcome)
        delivery.outcome = outcome
    return Answer(text, replayed=True)


def correct_duplicate(
    connection: Connection,
    delivery: Delivery,
    is_dry_run: bool,
    bill: Bill,
    known: Known,
    first: StoredDelivery,
    present: Decimal,
) -> Answer:
    """Correct the cost in the transaction under way, which holds the locks of delivery and cost."""
    if delivery.replay_of and not queries.update_replayed_delivery(connection, delivery.replay_of):
        raise AlreadyReplayed
    billed = first.billed
    delivery_id = log_settled(connection, delivery, Outcome.CORRECTED, billed.cost_id)
    author = Author(delivery.sender.name, "another amount was sent", delivery.sender.api_id, delivery_id)
    write_change(connection, cost_id_of(first), present, bill.cost.cost, author)
    lead = carry_newest_cost(connection, billed.lead_id, cost_id_of(first))
    inserted = {**json.loads(first.answered)["inserted"], "cost": str(bill.cost.cost)}
    text = describe_correction({**known, "inserted": inserted}, billed, lead, present)
    queries.update_delivery_answered(connection, delivery_id, text.encode())
    if is_dry_run:
        connection.rollback()
        delivery.outcome = Outcome.DRY_RUN
    else:
        connection.commit()
        carry_what_came_meanwhile(connection, billed.lead_id, lead)
        delivery.outcome = Outcome.CORRECTED
    return Answer(text, replayed=False)


def replay_stored_answer(connection: Connection, first: StoredDelivery, cost: Decimal | None) -> Answer:
    """Return the Answer that the delivery with this amount got."""
    changes = queries.list_cost_changes(connection, cost_id_of(first))
    return Answer(answer_of(first, changes, first.first_cost if cost is None else cost), replayed=True)
