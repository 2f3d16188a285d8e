"""A call that was billed before comes again, or a person changes its cost: one call, one cost, with its history.

Every change takes its locks in one order: the delivery that inserted the cost, the cost, the lead, its first contact.
Billing takes them in the same order.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from flask import current_app

from ..clock import dialer_now
from ..database import queries
from ..database.connection import Connection
from ..database.pool import run
from ..database.queries import BilledDelivery, CostChange, FoundCost, ListedCostChange, Search
from ..errors import NoSuchCost
from .leads import LeadCost, carry_forgotten_cost, carry_newest_cost, carry_what_came_meanwhile

REASON_LIMIT, AUTHOR_LIMIT = 500, 100  # characters that the history keeps

Decide = Callable[[Decimal, Sequence[ListedCostChange]], Decimal]  # from the present amount and the history to the next


class Correction(NamedTuple):
    """What changing a cost has done, or would do: both amounts (equal if nothing changes) and what the lead carries."""

    cost_id: int
    cost_from: Decimal
    cost_to: Decimal
    lead_id: int | None
    lead: LeadCost

    @property
    def is_change(self) -> bool:
        return self.cost_from != self.cost_to


class Author(NamedTuple):
    """Who changes a cost, and why: `api_id` is a sender's key or an admin's, `delivery_id` what brought the amount."""

    changed_by: str
    reason: str
    api_id: int | None = None
    delivery_id: int | None = None


def correct_cost(cost_id: int, cost: Decimal, author: Author, is_dry_run: bool = False) -> Correction:
    """Give a cost another amount, 0 cancels it, and return the Correction; the same amount again changes nothing.

    Raises NoSuchCost, TLDialerConnectionError.
    """
    return revise_cost(cost_id, lambda present, changes: cost, author, is_dry_run)


def revise_cost(cost_id: int, decide: Decide, author: Author, is_dry_run: bool = False) -> Correction:
    """Do as correct_cost, with the amount that `decide` returns while the cost is locked; what it raises is raised."""
    sent: dict[int, Correction] = {}
    return run(change_and_finish, cost_id, decide, author, is_dry_run, sent)


def change_and_finish(
    connection: Connection, cost_id: int, decide: Decide, author: Author, is_dry_run: bool, sent: dict[int, Correction]
) -> Correction:
    """Change the cost and return the Correction; all is committed when this returns, or undone after a dry run.

    `sent` keeps what was about to be committed, by its id in the history: when this runs again after a lost connection,
    and the history has it, it is done, and must not be done over a change that came since.
    """
    found = queries.find_cost(connection, cost_id)
    if found is None:
        raise NoSuchCost(f"{cost_id} is no cost that came through this service")
    connection.begin()
    delivery = lock_billed_delivery(connection, found)
    present = queries.lock_cost(connection, cost_id)
    if present is None:
        raise NoSuchCost(f"{cost_id} has just been deleted")
    changes = queries.list_cost_changes(connection, cost_id)
    for change in changes:
        if change.change_id in sent:
            connection.rollback()
            return sent[change.change_id]
    cost = decide(present, changes)
    change_id = None if present == cost else write_change(connection, cost_id, present, cost, author)
    correction = Correction(cost_id, present, cost, *carry_changed_cost(connection, found, delivery, present, cost))
    if change_id is None or is_dry_run:
        connection.rollback()
    else:
        sent[change_id] = correction
        connection.commit()
        carry_what_came_meanwhile(connection, correction.lead_id, correction.lead)
    return correction


def carry_changed_cost(
    connection: Connection, found: FoundCost, delivery: BilledDelivery | None, present: Decimal, cost: Decimal
) -> tuple[int | None, LeadCost]:
    """Return the lead of a changed cost, and what it carries now."""
    if delivery:
        return delivery.lead_id, carry_newest_cost(connection, delivery.lead_id, found.cost_id)
    lead_id = find_lead(connection, found)
    return lead_id, carry_forgotten_cost(connection, lead_id, present, cost)


def lock_billed_delivery(connection: Connection, cost: FoundCost) -> BilledDelivery | None:
    """Return the delivery that inserted a cost, locked, and read after that: until then `match` may find its lead."""
    delivery = queries.find_billed_delivery(connection, cost.call_from, cost.cost_id)
    if delivery is None:
        return None
    queries.lock_delivery(connection, delivery.delivery_id)
    return queries.find_billed_delivery(connection, cost.call_from, cost.cost_id)


def find_lead(connection: Connection, cost: FoundCost) -> int | None:
    """Return the lead of a cost whose delivery the log no longer has."""
    call = queries.find_call(connection, search_for(cost.call_to, cost.call_from, cost.call_date))
    return call.lead_id if call else None


def search_for(did: str, cid: str, call_date: datetime) -> Search:
    """Return the search for a call; `call_date` is naive, on the dialer's clock."""
    since = call_date - current_app.config["CALL_MATCH_BEFORE"]
    until = call_date + current_app.config["CALL_MATCH_AFTER"]
    return Search(did, cid, call_date, since, until, dialer_now())


def write_change(connection: Connection, cost_id: int, present: Decimal, cost: Decimal, author: Author) -> int:
    """Write the amount and its line of history in the transaction under way; return the id of the line."""
    change = CostChange(
        cost_id=cost_id,
        changed=dialer_now(),
        cost_from=present,
        cost_to=cost,
        api_id=author.api_id,
        delivery_id=author.delivery_id,
        changed_by=author.changed_by[:AUTHOR_LIMIT],
        reason=author.reason[:REASON_LIMIT],
    )
    queries.update_cost(connection, cost_id, cost)
    return queries.insert_cost_change(connection, change)
