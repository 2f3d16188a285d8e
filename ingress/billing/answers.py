"""The JSON that answers a billed call: keys, order and types of `docs/contract.md`."""

import json
from decimal import Decimal
from typing import Any, NamedTuple, TypedDict

from ..database.queries import Billed, Cost
from ..intake.schemas import Sent
from .leads import LeadCost

Inserted = dict[str, str | None]


class Answer(NamedTuple):
    """`text` is the JSON for the sender, the same each time; `replayed`: nothing was written for this delivery."""

    text: str
    replayed: bool


class Known(TypedDict):
    """The part of an answer that is known before the call is billed: what was sent, and the cost row."""

    cid: Any
    did: Any
    cost: Any
    inserted: Inserted


def describe_known(sent: Sent, cost: Cost) -> Known:
    return {"cid": sent["cid"], "did": sent["did"], "cost": sent["cost"], "inserted": describe_inserted(cost)}


def describe_inserted(cost: Cost) -> Inserted:
    return {
        "date_billed": str(cost.date_billed),
        "cost": str(cost.cost),
        "method": "ingress",
        "method_id": str(cost.method_id),
        "ip_address": cost.ip_address,
        "call_date": str(cost.call_date),
        "call_from": cost.call_from,
        "call_to": cost.call_to,
        "attributable": "1",
        "attributed": "0",
        "calculatable": "0",
        "notes": cost.notes,
    }


def describe_answer(known: Known, billed: Billed) -> str:
    """Return the documented JSON: what was known beforehand, and what billing has found out."""
    return json.dumps(
        {
            "cid": known["cid"],
            "did": known["did"],
            "cost": known["cost"],
            "cost_id": id_or_null(billed.cost_id),
            "inserted": known["inserted"],
            "updated": billed.updated,
            "lead": describe_lead(billed, known["inserted"]["cost"]) if billed.updated else None,
            "first_contact": billed.first_contact,
        }
    )


def describe_correction(known: Known, billed: Billed, lead: LeadCost, cost_from: Decimal) -> str:
    """Return the JSON of a success with the present amount; it shows the lead with the cost that it carries now."""
    answer = json.loads(describe_answer(known, billed._replace(updated=lead.updated, first_contact=lead.first_contact)))
    answer["lead"] = describe_lead(billed, str(lead.cost)) if lead.cost is not None else None
    return json.dumps({**answer, "corrected_from": str(cost_from)})


def describe_superseded(text: str, present: Decimal) -> str:
    """Return the answer that an earlier delivery got, and the amount that the call has now."""
    return json.dumps({**json.loads(text), "corrected_to": str(present)})


def describe_lead(billed: Billed, cost: str | None) -> dict[str, str | None]:
    return {
        "lead_id": str(billed.lead_id),
        "vendor_id": id_or_null(billed.vendor_id),
        "account_id": id_or_null(billed.account_id),
        "cost": cost,
    }


def id_or_null(number: int | None) -> str | None:
    return None if number is None else str(number)
