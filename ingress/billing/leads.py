"""The cost that a lead and its first contact carry: that of the newest billed call that is not cancelled."""

from decimal import Decimal
from typing import NamedTuple

from ..database import queries
from ..database.connection import Connection


class LeadCost(NamedTuple):
    """What a lead carries: `updated` 1 if it is the cost in question, `first_contact` 1 if that has been set too."""

    updated: int
    first_contact: int
    cost: Decimal | None  # None where there is no such lead


NO_LEAD = LeadCost(0, 0, None)
CANCELLED = Decimal("0.0000")  # with the places that the database gives, for the answer shows it


def update_costs(connection: Connection, lead_id: int | None, cost: Decimal) -> tuple[int, int]:
    """Return whether the lead, and whether its first contact, now carries the cost: 1 or 0 each."""
    if lead_id is None:
        return 0, 0
    queries.touch_lead(connection, lead_id, cost)
    if not queries.update_lead_cost(connection, lead_id, cost):
        return 0, 0
    return 1, queries.update_first_contact_cost(connection, lead_id, cost)


def carry_newest_cost(connection: Connection, lead_id: int | None, cost_id: int) -> LeadCost:
    """Give a lead and its first contact the newest cost that is not cancelled; 0 when all are.

    The lead is locked first: a transaction that bills it has committed and is seen, or waits and sets its own cost
    afterwards. `cost_id` is the cost that `updated` is about.
    """
    if lead_id is None:
        return NO_LEAD
    queries.lock_lead(connection, lead_id)
    newest = queries.find_newest_cost(connection, lead_id)
    is_this = newest is None or newest.cost_id == cost_id
    return carry(connection, lead_id, newest.cost if newest else CANCELLED, is_this)


def carry_forgotten_cost(connection: Connection, lead_id: int | None, cost_from: Decimal, cost_to: Decimal) -> LeadCost:
    """Let a lead follow the change of a cost whose delivery the log no longer has.

    Any cost of the lead that the log still has is newer. Without one, the lead follows if it carries the old amount:
    if it does not, it carries another cost that the log no longer has.
    """
    if lead_id is None:
        return NO_LEAD
    carried = queries.lock_lead(connection, lead_id)
    if queries.find_newest_cost(connection, lead_id) or carried != cost_from:
        return NO_LEAD._replace(cost=carried)
    return carry(connection, lead_id, cost_to, is_this=True)


def carry_what_came_meanwhile(connection: Connection, lead_id: int | None, lead: LeadCost) -> None:
    """After the commit: give the lead its newest cost again if that is another one by now.

    On one server only a newer call can have come, which has set its own cost. Where two nodes of a cluster are written
    to, the lock of the lead does not hold back a newer call on the other node, and its cost was not visible here; once
    our own commit has returned, it is (`docs/reliability.md`).
    """
    while lead_id is not None and lead.cost is not None:
        newest = queries.find_newest_cost(connection, lead_id)
        if newest is None or newest.cost == lead.cost:
            return
        connection.begin()
        lead = carry_newest_cost(connection, lead_id, newest.cost_id)
        connection.commit()


def carry(connection: Connection, lead_id: int, cost: Decimal, is_this: bool) -> LeadCost:
    """Give a lead this cost; `is_this`: it is the cost that the answer is about."""
    updated, first_contact = update_costs(connection, lead_id, cost)
    if not updated:
        return NO_LEAD
    return LeadCost(int(is_this), first_contact if is_this else 0, cost)
