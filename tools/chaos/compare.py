"""Compares the platform's book with the dialer's tables: each figure is a number of errors and must be 0."""

import json
from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from .calls import ReportedCall

if TYPE_CHECKING:
    from tools.private_server import AdminConnection


class CostRow(NamedTuple):
    """`notes` is the call's number."""

    notes: str
    cost_id: int
    cost: Decimal
    call_from: str
    call_to: str


class LeadCosts(NamedTuple):
    lead_id: int
    cost: Decimal | None
    first_contact_cost: Decimal | None


def count_errors(connection: "AdminConnection", calls: Collection[ReportedCall]) -> dict[str, int]:
    """Return the errors by name."""
    rows = list_cost_rows(connection)
    billed = {row.notes for row in rows}
    return {
        "200s without a row": count_missing_rows(calls, rows),
        "rows without a call": count_foreign_rows(calls, rows),
        "doubles": len(rows) - len(billed),
        "wrong leads": count_wrong_leads(calls, billed, list_lead_costs(connection)),
        "unequal answers": sum(len(call.answers) > 1 for call in calls),
    }


def list_cost_rows(connection: "AdminConnection") -> list[CostRow]:
    rows = fetch(connection, "SELECT notes, cost_id, cost, call_from, call_to FROM call_costs")
    return [CostRow(*row) for row in rows]


def list_lead_costs(connection: "AdminConnection") -> list[LeadCosts]:
    rows = fetch(
        connection,
        "SELECT l.lead_id, l.cost, f.cost FROM leads AS l LEFT JOIN lead_first_contacts AS f ON f.lead_id = l.lead_id",
    )
    return [LeadCosts(*row) for row in rows]


def fetch(connection: "AdminConnection", statement: str) -> tuple[tuple[Any, ...], ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def count_missing_rows(calls: Collection[ReportedCall], rows: Collection[CostRow]) -> int:
    """Return the number of 200s that name a row which is not there, or is another call's."""
    there = {(row.notes, str(row.cost_id)) for row in rows}
    answers = [(str(call.number), json.loads(answer)["cost_id"]) for call in calls for answer in call.answers]
    return sum(answer not in there for answer in answers)


def count_foreign_rows(calls: Collection[ReportedCall], rows: Collection[CostRow]) -> int:
    """Return the number of rows of calls that were never fired, or that differ from the call."""
    fired = {(str(call.number), Decimal(call.cost), call.cid, call.did) for call in calls if call.requests}
    return sum((row.notes, row.cost, row.call_from, row.call_to) not in fired for row in rows)


def count_wrong_leads(calls: Collection[ReportedCall], billed: set[str], leads: Collection[LeadCosts]) -> int:
    """Return the number of leads, or first contacts, whose cost is not one that a last call may have left."""
    calls_of = defaultdict(list)
    for call in calls:
        if call.lead_id and call.requests:
            calls_of[call.lead_id].append(call)
    return sum(
        lead.cost != lead.first_contact_cost or lead.cost not in possible_costs(calls_of[lead.lead_id], billed)
        for lead in leads
    )


def possible_costs(calls: Collection[ReportedCall], billed: set[str]) -> set[Decimal | None]:
    """Return the costs that a lead may have in the end: of each billed call that no other is known to have followed.

    A call certainly followed another when it was billed and begun after the other had been acknowledged. So for calls
    sent one after another only the last one's cost is right; of those that overlapped in time any may be the last.
    """
    billed_calls = [call for call in calls if str(call.number) in billed]
    last_began = max((call.began for call in billed_calls if call.began is not None), default=0)
    last = [call for call in billed_calls if call.acknowledged is None or call.acknowledged >= last_began]
    return {Decimal(call.cost) for call in last} or {None}
