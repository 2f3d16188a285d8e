"""The whole story of one request: a platform reports what a call cost, and the dialer's tables hold it.

What a platform sends: `POST /api/ingress/calls/inbound/billable/18005550142/17205550134` with the body
`{"cost": "12.5", "call_date": "2026-03-05T14:21:09Z", "notes": "RGB7F31"}`.
"""

from flask import Blueprint, current_app, g, request
from werkzeug.routing import BaseConverter

from . import protection, queries
from .database import get_database
from .deliveries import Claim, identify, recall
from .fields import wall_clock
from .schemas import collect_billable_call, load_billable_call

PATHS = ("", "/<number:did>", "/<number:did>/<number:cid>")

COST_COLUMNS = (
    *("date_billed", "cost", "method_id", "ip_address"),
    *("call_date", "call_from", "call_to", "notes"),
)

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
    claim = describe_claim(call, cost, {name: sent[name] for name in ("cid", "did", "cost")})
    delivery, replayed = get_database().run(bill_once, claim, cost, call_window(cost), deadline=g.deadline)
    response = current_app.response_class(describe_answer(delivery), mimetype="application/json")
    if replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response


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


def describe_claim(call, cost, as_sent):
    delivery_key, fingerprint = identify(
        cost,
        idempotency_key=call["idempotency_key"],
        has_call_date=call["call_date"] is not None,
        recognise_calls=current_app.config["INGRESS_DUPLICATES"] == "replay",
    )
    sent = current_app.json.dumps({**as_sent, "inserted": describe_inserted(cost)})
    return Claim(g.api_key.api_id, delivery_key, fingerprint, dialer_time(g.received_at), sent)


def call_window(cost):
    """Whose call is looked for, and when."""
    return {
        "did": cost["call_to"],
        "cid": cost["call_from"],
        "call_date": cost["call_date"],
        "since": cost["call_date"] - current_app.config["CALL_MATCH_BEFORE"],
        "until": cost["call_date"] + current_app.config["CALL_MATCH_AFTER"],
    }


def bill_once(connection, claim, cost, window):
    """Return the Delivery and whether it had been billed before; all is committed when this returns."""
    bill = queries.bill_at_once if connection.is_mariadb else bill_step_by_step
    try:
        outcome = bill(connection, **claim._asdict(), **{**cost, **window})
    except queries.DuplicateDelivery:
        connection.rollback()
        return recall(connection, claim), True
    return queries.Delivery(claim.fingerprint, claim.sent, outcome), False


def bill_step_by_step(connection, **values):
    """What `sql/bill_at_once.sql` does in one trip, for servers that do not know compound statements."""
    connection.begin()
    delivery_id = queries.insert_delivery(connection, **pick(values, Claim._fields))
    call = queries.find_call(connection, **pick(values, ("did", "cid", "call_date", "since", "until")))
    cost_id = queries.insert_cost(connection, **pick(values, COST_COLUMNS))
    updated, first_contact = update_costs(connection, call, values["cost"])
    lead = call[1:] if call else (None, None, None)
    outcome = queries.Outcome(cost_id, *lead, updated, first_contact)
    queries.update_delivery(connection, delivery_id, outcome)
    connection.commit()
    return outcome


def pick(values, names):
    return {name: values[name] for name in names}


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


def describe_answer(delivery):
    """The JSON that answers the sender, the first time and each time after."""
    sent, outcome = current_app.json.loads(delivery.sent), delivery.outcome
    return current_app.json.dumps(
        {
            "cid": sent["cid"],
            "did": sent["did"],
            "cost": sent["cost"],
            "cost_id": str(outcome.cost_id),
            "inserted": sent["inserted"],
            "updated": outcome.updated,
            "lead": describe_lead(outcome, sent["inserted"]["cost"]) if outcome.updated else None,
            "first_contact": outcome.first_contact,
        }
    )


def describe_lead(outcome, cost):
    return {
        "lead_id": str(outcome.lead_id),
        "vendor_id": as_text(outcome.vendor_id),
        "account_id": as_text(outcome.account_id),
        "cost": cost,
    }


def as_text(number):
    return None if number is None else str(number)
