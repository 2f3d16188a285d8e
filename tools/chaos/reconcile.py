"""Compares the platform's book with the dialer's tables: each figure is a number of errors and must be 0."""

import json
from collections import defaultdict
from decimal import Decimal


def reconcile(connection, calls):
    """Return the errors by name."""
    rows = fetch(connection, "SELECT notes, cost_id, cost, call_from, call_to FROM call_costs")
    costs = fetch(
        connection,
        "SELECT l.lead_id, l.cost, f.cost FROM leads AS l LEFT JOIN lead_first_contacts AS f ON f.lead_id = l.lead_id",
    )
    return {
        "200s without a row": count_missing_rows(calls, rows),
        "rows without a call": count_foreign_rows(calls, rows),
        "doubles": len(rows) - len({row[0] for row in rows}),
        "wrong leads": count_wrong_leads(calls, {row[0] for row in rows}, costs),
        "unequal answers": sum(len(call.answers) > 1 for call in calls),
    }


def fetch(connection, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def count_missing_rows(calls, rows):
    """200s that name a row which is not there, or is another call's."""
    there = {(notes, str(cost_id)) for notes, cost_id, *_ in rows}
    answers = [(str(call.number), json.loads(answer)["cost_id"]) for call in calls for answer in call.answers]
    return sum(answer not in there for answer in answers)


def count_foreign_rows(calls, rows):
    """Rows of calls that were never fired, or that say something else than the call."""
    fired = {(str(call.number), Decimal(call.cost), call.cid, call.did) for call in calls if call.requests}
    return sum((notes, *values) not in fired for notes, _, *values in rows)


def count_wrong_leads(calls, billed, costs):
    """Leads, or first contacts, whose cost is not one that a last call may have left."""
    calls_of = defaultdict(list)
    for call in calls:
        if call.lead_id and call.requests:
            calls_of[call.lead_id].append(call)
    return sum(
        cost != first_contact_cost or cost not in possible_costs(calls_of[lead_id], billed)
        for lead_id, cost, first_contact_cost in costs
    )


def possible_costs(calls, billed):
    """The costs that a lead may have in the end: of each billed call after which no other is known to have come.

    Another came later for certain when it was billed and begun after this one had been acknowledged. So for calls sent
    one after another only the last one's cost is right; of those that overlapped in time any may have been the last.
    """
    billed_calls = [call for call in calls if str(call.number) in billed]
    last_began = max((call.began for call in billed_calls), default=0)
    last = [call for call in billed_calls if call.acknowledged is None or call.acknowledged >= last_began]
    return {Decimal(call.cost) for call in last} or {None}
