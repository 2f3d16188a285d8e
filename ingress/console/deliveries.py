"""The delivery log: a page of it, one delivery in full, and its replay."""

import json
import logging
from functools import partial
from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..billing.again import replay_stored_answer
from ..billing.answers import Answer
from ..billing.replay import replay
from ..database import queries
from ..database.pool import run
from ..database.queries import ListedDelivery, LoggedDelivery
from ..errors import IngressError, NoSuchDelivery
from ..intake.parameters import GivenTwice, from_json
from ..intake.reading import NotFound, collect_sent
from ..intake.schemas import ALIASES, Sent
from ..intake.senders import Sender
from ..monitoring.time_zone import get_offsets
from ..outcome import LOGGED_OUTCOMES, Outcome
from . import layout, sessions
from .filters import read_filters
from .reasons import explain_offset, explain_outcome, find_nearest_to

log = logging.getLogger(__name__)

PAGE_ROWS = 50  # a few screens
PLACE = ("before", "before_id")  # where in the log a page begins
LARGEST_ID = 2**64 - 1  # of a BIGINT UNSIGNED

blueprint = Blueprint("deliveries", __name__, url_prefix=sessions.PREFIX, template_folder="templates")
blueprint.before_request(sessions.require_admin)
layout.init_blueprint(blueprint)


@blueprint.get("/deliveries")
def show_deliveries() -> str:
    filters, complaints = read_filters(request.args)
    found = [] if complaints else run(partial(queries.list_deliveries, **filters, at_most=PAGE_ROWS + 1))
    asked = {name: text for name, text in request.args.items() if name not in PLACE and text.strip()}
    return render_template(
        "console/deliveries.html",
        deliveries=found[:PAGE_ROWS],
        older=asked | place_after(found[PAGE_ROWS - 1]) if len(found) > PAGE_ROWS else None,
        asked=asked,
        is_first="before" not in request.args,
        complaints=complaints,
        outcomes=dict(zip(LOGGED_OUTCOMES, LOGGED_OUTCOMES, strict=True)),
        keys={key.api_id: f"{key.name or 'unnamed'} ({key.api_id})" for key in run(queries.list_api_keys)},
    )


def place_after(delivery: ListedDelivery) -> dict[str, str]:
    """Return what asks for the page that begins behind the delivery."""
    return {"before": delivery.received.isoformat(), "before_id": str(delivery.delivery_id)}


@blueprint.get("/deliveries/<int:delivery_id>")
def show_delivery(delivery_id: int) -> str:
    logged = find_logged(delivery_id)
    replayed_as = run(queries.find_replay, delivery_id, logged.received) if logged.outcome is Outcome.REPLAYED else None
    nearest = run(find_nearest_to, logged)
    return render_template(
        "console/delivery.html",
        delivery=logged,
        reason=explain_outcome(logged, nearest, replayed_as) + explain_offset(logged, nearest, get_offsets()),
        replayed_as=replayed_as,
        sent=describe_sent(logged),
        everything=json.dumps(json.loads(logged.sent), indent=2, ensure_ascii=False),
        answered=describe_answered(logged),
        can_be_billed=logged.outcome in (Outcome.REFUSED, Outcome.FAILED, Outcome.DRY_RUN, Outcome.SUPERSEDED),
    )


def find_logged(delivery_id: int) -> LoggedDelivery:
    """Return the delivery, or raise the NoSuchDelivery that is a 404."""
    logged = run(queries.find_logged_delivery, delivery_id) if delivery_id <= LARGEST_ID else None
    if logged is None:
        raise NoSuchDelivery(str(delivery_id))
    return logged


def describe_sent(logged: LoggedDelivery) -> Sent:
    """Return what came for each parameter, as text, by its name."""
    sent = collect_sent(from_json(logged.sent), find_sender_of(logged))
    return {name: describe_value(value) for name, value in sent.items()}


def find_sender_of(logged: LoggedDelivery) -> Sender | None:
    """Return the entry by which a delivery is read now, None where its key has none or the files no longer have it."""
    key = run(queries.find_api_key, logged.api_id)
    senders: dict[str, Sender] = current_app.extensions["senders"]
    return senders.get(key.sender) if key and key.sender else None


def describe_value(value: Any) -> Any:
    if isinstance(value, GivenTwice):
        return "given twice"
    return None if isinstance(value, NotFound) else value


def describe_answered(logged: LoggedDelivery) -> str | None:
    """Return the JSON that the sender got, as far as the log keeps it; that of a dry run is not kept."""
    if logged.error:
        return json.dumps({"error": logged.error}, ensure_ascii=False)
    first = run(queries.find_logged_delivery, logged.duplicate_of) if logged.duplicate_of else logged
    if first is None or not first.delivery_key:
        return None
    stored = run(queries.find_delivery, first.api_id, first.delivery_key)
    if stored is None:
        return None
    answer = run(replay_stored_answer, stored, logged.cost)
    return json.dumps(json.loads(answer.text), indent=2, ensure_ascii=False)


@blueprint.get("/deliveries/<int:delivery_id>/replay")
def ask_for_replay(delivery_id: int) -> str:
    return render_replay_form(find_logged(delivery_id))


@blueprint.post("/deliveries/<int:delivery_id>/replay")
def receive_replay(delivery_id: int) -> ResponseReturnValue:
    """Replay the delivery and lead to the page of the new one, or show the form again with what is still wrong."""
    logged = find_logged(delivery_id)
    changes = {name: request.form[name] for name in ALIASES if request.form.get(name, "").strip()}
    log.warning("admin key %s replays delivery %s, changed: %s", g.admin.api_id, delivery_id, ", ".join(changes))
    try:
        answer = replay(delivery_id, changes)
    except IngressError as refusal:
        return render_replay_form(logged, refusal), refusal.status
    flash(describe_replay(answer))
    replayed_as = run(queries.find_replay, delivery_id, logged.received)
    return redirect(url_for(".show_delivery", delivery_id=replayed_as or delivery_id), 303)


def render_replay_form(logged: LoggedDelivery, error: IngressError | None = None) -> str:
    return render_template(
        "console/replay.html", delivery=logged, sent=describe_sent(logged), changed=request.form, error=error
    )


def describe_replay(answer: Answer) -> str:
    cost_id = json.loads(answer.text)["cost_id"]
    if answer.replayed:
        return f"Answered as before: it is cost {cost_id}, and nothing was billed again."
    return f"Replayed and billed as cost {cost_id}." if cost_id else "Replayed as a dry run: it would be billed."
