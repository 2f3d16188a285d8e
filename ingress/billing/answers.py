"""The JSON that answers a billed call: keys, order and types of `contract.md`."""

import json


def describe_inserted(cost):
    return {
        "date_billed": str(cost["date_billed"]),
        "cost": str(cost["cost"]),
        "method": "ingress",
        "method_id": str(cost["method_id"]),
        "ip_address": cost["ip_address"],
        "call_date": str(cost["call_date"]),
        "call_from": cost["call_from"],
        "call_to": cost["call_to"],
        "attributable": "1",
        "attributed": "0",
        "calculatable": "0",
        "notes": cost["notes"],
    }


def describe_answer(answered, billed):
    """The documented JSON: the part that was known beforehand, and what billing has found out."""
    return json.dumps(
        {
            "cid": answered["cid"],
            "did": answered["did"],
            "cost": answered["cost"],
            "cost_id": as_text(billed.cost_id),
            "inserted": answered["inserted"],
            "updated": billed.updated,
            "lead": describe_lead(billed, answered["inserted"]["cost"]) if billed.updated else None,
            "first_contact": billed.first_contact,
        }
    )


def describe_lead(billed, cost):
    return {
        "lead_id": str(billed.lead_id),
        "vendor_id": as_text(billed.vendor_id),
        "account_id": as_text(billed.account_id),
        "cost": cost,
    }


def as_text(number):
    return None if number is None else str(number)
