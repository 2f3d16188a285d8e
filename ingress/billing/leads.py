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


def update_costs(connection: Connection, lead_id: int | None, cost: Decimal) -> tuple[int, int]:
    """Return whether the lead, and whether its first contact, now carries the cost: 1 or 0 each."""
    if lead_id is None or not queries.update_lead_cost(connection, lead_id, cost):
        return 0, 0
    return 1, queries.update_first_contact_cost(connection, lead_id, cost)


def carry_newest_cost(connection: Connection, lead_id: int | None, cost_id: int, present: Decimal) -> LeadCost:
    """Give a lead and its first contact the newest cost that is not cancelled; 0 when all are.

    The lead is locked first: a transaction that bills it has committed and is seen, or waits and sets its own cost
    afterwards. `cost_id` is the cost that `updated` is about, `present` its amount, which the lead gets if the delivery
    log no longer knows any cost of the lead.
    """
    if lead_id is None:
        return NO_LEAD
    queries.lock_lead(connection, lead_id)
    newest = queries.find_newest_cost(connection, lead_id)
    amount = newest.cost if newest else present
    found, first_contact = update_costs(connection, lead_id, amount)
    if not found:
        return NO_LEAD
    is_this = newest is None or newest.cost_id == cost_id
    return LeadCost(int(is_this), first_contact if is_this else 0, amount)
