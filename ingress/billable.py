"""The whole story of one request: a platform reports what a call cost, and the dialer's tables keep it.

What a platform sends: `POST /api/ingress/calls/inbound/billable/18005550142/17205550134` with the body
`{"cost": "12.5", "call_date": "2026-03-05T14:21:09Z", "notes": "RGB7F31"}`.
"""

import json
import logging
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

from . import counters
from .access import guards
from .billing.bill import bill, count_billed
from .billing.log import try_to_log
from .delivery import Delivery
from .errors import IngressError, TLDialerConnectionError, answer_ingress_error
from .outcome import Outcome
from .spool import outage

log = logging.getLogger(__name__)

PATHS = ("", "/<number:did>", "/<number:did>/<number:cid>")

blueprint = Blueprint("billable", __name__, url_prefix="/api/ingress/calls/inbound/billable")
blueprint.before_request(guards.require_api_key)
blueprint.register_error_handler(TLDialerConnectionError, outage.answer_outage)


class NumberConverter(BaseConverter):
    """A segment of the path that may be blank: the number is then missing, which is a documented error and no 404."""

    regex = "[^/]*"


@blueprint.record
def add_routes(state: BlueprintSetupState) -> None:
    """Serve only the methods that are switched on: the HEAD that Flask adds to a GET would bill."""
    state.app.url_map.merge_slashes = False
    state.app.url_map.converters["number"] = NumberConverter
    methods = state.app.config["INGRESS_METHODS"]
    for path in PATHS:
        state.add_url_rule(path, view_func=receive_cost, methods=methods, provide_automatic_options=False)
    path = f"{PATHS[-1]}/"  # the shorter ones with a slash behind are longer ones with a blank number
    state.add_url_rule(path, view_func=receive_cost, methods=methods, provide_automatic_options=False)
    for rule in state.app.url_map.iter_rules("billable.receive_cost"):
        (rule.methods or set()).discard("HEAD")


@blueprint.record
def watch_api(state: BlueprintSetupState) -> None:
    state.app.after_request(log_mistaken_request)


def log_mistaken_request(response: Response) -> Response:
    """Log a mistyped path or another method under /api/ if it came with valid credentials.

    They are the likeliest first mistakes, and no blueprint's hooks see them.
    """
    if response.status_code in (404, 405) and request.path.startswith("/api/") and "delivery" not in g:
        try:
            guards.identify_sender()
            try_to_log(g.delivery, response.status_code, g.get("error"))
        except (IngressError, HTTPException):
            pass  # it is answered as it is, whoever sent it
        except Exception:  # raised from here, it would take the request id off the answer
            log.exception("request %s is not in the delivery log", g.request_id)
    return response


def receive_cost(did: str | None = None, cid: str | None = None) -> Response:
    """Bill the call; the guard has read the numbers of the path with the other parameters."""
    delivery: Delivery = g.delivery
    answer = bill(delivery)
    response = Response(answer.text + "\n", mimetype="application/json")
    if answer.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    if delivery.outcome is Outcome.DRY_RUN:
        response.headers["Dry-Run"] = "true"
        add_understood(response, delivery)
    return response


@blueprint.errorhandler(IngressError)
def answer_refusal(error: IngressError) -> Response:
    """Answer a refusal as usual; for a dry run, add what was understood, since that is why it was sent."""
    response = current_app.make_response(answer_ingress_error(error))
    delivery: Delivery | None = g.get("delivery")
    if delivery and delivery.asks_for_dry_run():
        add_understood(response, delivery)
    return response


def add_understood(response: Response, delivery: Delivery) -> None:
    """Add to the JSON of an answer what was read for each parameter, and from where."""
    answer: dict[str, Any] = json.loads(response.data)
    response.data = json.dumps({**answer, "understood": delivery.describe_reading()}) + "\n"


@blueprint.after_request
def count_answer(response: Response) -> Response:
    """Count the request after the hook below has run: Flask runs the last hook first."""
    delivery: Delivery | None = g.get("delivery")
    error: str | None = g.get("error")
    if delivery is None:  # its body could not be read to the end
        counters.count_request(None, Outcome.REFUSED, None, error)
        return response
    api_id = delivery.api_key and delivery.api_key.api_id
    counters.count_request(api_id, delivery.conclude(response.status_code), delivery.seconds(), error)
    if delivery.has_old_secret:
        counters.count_old_secret(delivery.sender.api_id)
    count_billed(delivery)
    return response


@blueprint.after_request
def log_what_was_not_billed(response: Response) -> Response:
    """Log a request that billing has not logged; requests without a valid key, or during an outage, leave no row."""
    delivery: Delivery | None = g.get("delivery")
    if delivery is None or (delivery.outcome and delivery.outcome.is_logged_by_billing):
        return response
    delivery.conclude(response.status_code)
    if delivery.api_key is not None and "outage" not in g:
        try:
            try_to_log(delivery, response.status_code, g.get("error"))
        except Exception:  # if it were raised here, the answer would lose its X-Request-ID
            log.exception("request %s is not in the delivery log", delivery.request_id)
    return response
