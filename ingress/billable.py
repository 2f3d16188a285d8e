"""The whole story of one request: a platform reports what a call cost, and the dialer's tables hold it.

What a platform sends: `POST /api/ingress/calls/inbound/billable/18005550142/17205550134` with the body
`{"cost": "12.5", "call_date": "2026-03-05T14:21:09Z", "notes": "RGB7F31"}`.
"""

from flask import Blueprint, current_app, g, request
from werkzeug.routing import BaseConverter

from . import protection, queries
from .database import get_database
from .deliveries import deliver_once, identify
from .fields import wall_clock
from .schemas import collect_billable_call, load_billable_call

PATHS = ("", "/<number:did>", "/<number:did>/<number:cid>")

blueprint = Blueprint("billable", __name__, url_prefix="/api/ingress/calls/inbound/billable")
blueprint.before_request(protection.require_api_key)


class NumberConverter(BaseConverter):
    """A segment of the path that may be blank: the number is then missing, which is no reason for a 404."""

    regex = "[^/]*"


@blueprint.record
def add_routes(state):
    """Serve the methods that are switched on, and none besides: a HEAD, which Flask adds to a GET, would bill."""
    state.app.url_map.merge_slashes = False
    state.app.url_map.converters["number"] = NumberConverter
    methods = state.app.config["INGRESS_METHODS"]
    for path in PATHS:
        state.add_url_rule(path, view_func=receive_cost, methods=methods, provide_automatic_options=False)
    for rule in state.app.url_map.iter_rules("billable.receive_cost"):
        rule.methods.discard("HEAD")


def receive_cost(did=None, cid=None):
    sent = collect_billable_call(g.parameters, did, cid, request.headers.get("Idempotency-Key"))
    call = load_billable_call(sent, protection.key_time_zone(g.api_key), g.received_at)
    cost = describe_cost(call)
    claim = identify_delivery(call, cost)
    answer, replayed = get_database().transact(deliver_once, claim, bill, sent, cost, deadline=g.deadline)
    response = current_app.response_class(answer, mimetype="application/json")
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


def identify_delivery(call, cost):
    return identify(
        cost,
        idempotency_key=call["idempotency_key"],
        has_call_date=call["call_date"] is not None,
        received=dialer_time(g.received_at),
        recognise_calls=current_app.config["INGRESS_DUPLICATES"] == "replay",
    )


def describe_cost(call):
    """The cost row as it is inserted; what was not sent is now."""
    return {
        "date_billed": dialer_time(call["date_billed"] or g.received_at),
        "cost": call["cost"],
        "method_id": g.api_key.api_id,
        "ip_address": g.ip_address,
        "call_date": dialer_time(call["call_date"] or g.received_at),
        "call_from": call["cid"],
        "call_to": call["did"],
        "notes": call["notes"],
    }


def dialer_time(value):
    return wall_clock(value, current_app.config["TLDIALER_TIMEZONE"]).replace(microsecond=0)


def bill(connection, sent, cost):
    """Find the call, insert its cost, hand the cost on to its lead; return the JSON that answers the sender."""
    call = find_call(connection, cost)
    cost_id = queries.insert_cost(connection, **cost)
    updated, first_contact = update_costs(connection, call, cost["cost"])
    answer = {
        "cid": sent["cid"],
        "did": sent["did"],
        "cost": sent["cost"],
        "cost_id": str(cost_id),
        "inserted": describe_inserted(cost),
        "updated": updated,
        "lead": describe_lead(call, cost["cost"]) if updated else None,
        "first_contact": first_contact,
    }
    return current_app.json.dumps(answer)


def find_call(connection, cost):
    return queries.find_call(
        connection,
        did=cost["call_to"],
        cid=cost["call_from"],
        call_date=cost["call_date"],
        since=cost["call_date"] - current_app.config["CALL_MATCH_BEFORE"],
        until=cost["call_date"] + current_app.config["CALL_MATCH_AFTER"],
    )


def update_costs(connection, call, cost):
    """Return whether the lead, and whether its first contact, now carries the cost: 1 or 0 each."""
    if call is None or call.lead_id is None or not queries.update_lead_cost(connection, call.lead_id, cost):
        return 0, 0
    return 1, queries.update_first_contact_cost(connection, call.lead_id, cost)


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


def describe_lead(call, cost):
    return {
        "lead_id": str(call.lead_id),
        "vendor_id": as_text(call.vendor_id),
        "account_id": as_text(call.account_id),
        "cost": str(cost),
    }


def as_text(number):
    return None if number is None else str(number)
