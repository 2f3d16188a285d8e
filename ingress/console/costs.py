"""One cost with its history, and changing it by hand: a form, a page that shows what would change, and the change."""

import logging
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ..billing.correct import REASON_LIMIT, Author, correct_cost
from ..database import queries
from ..database.pool import run
from ..errors import NoSuchCost
from ..intake.fields import parse_cost
from . import layout, sessions
from .filters import Complaints

log = logging.getLogger(__name__)

LARGEST_COST_ID = 2**64 - 1  # of a BIGINT UNSIGNED

blueprint = Blueprint("costs", __name__, url_prefix=f"{sessions.PREFIX}/costs", template_folder="templates")
blueprint.before_request(sessions.require_admin)
layout.init_blueprint(blueprint)


@blueprint.get("/<int:cost_id>")
def show_cost(cost_id: int) -> ResponseReturnValue:
    return render_cost(cost_id, MultiDict(), {})


@blueprint.post("/<int:cost_id>")
def receive_change(cost_id: int) -> ResponseReturnValue:
    """Change the amount if the admin has seen what will change, else show that."""
    cost, reason, complaints = read_change(request.form)
    if cost is None or complaints:
        return render_cost(cost_id, request.form, complaints), 400
    author = Author(g.admin.name or f"key {g.admin.api_id}", reason, g.admin.api_id)
    is_confirmed = request.form.get("confirmed") == str(cost)
    correction = correct_cost(cost_id, cost, author, is_dry_run=not is_confirmed)
    if not correction.is_change:
        flash(f"Cost {cost_id} is {correction.cost_to} already: nothing has changed.")
        return redirect(url_for(".show_cost", cost_id=cost_id), 303)
    if not is_confirmed:
        return render_template("console/change_cost.html", correction=correction, reason=reason)
    log.warning("admin key %s changed cost %s to %s", g.admin.api_id, cost_id, cost)
    flash(f"Cost {cost_id} has changed from {correction.cost_from} to {correction.cost_to}.")
    return redirect(url_for(".show_cost", cost_id=cost_id), 303)


def read_change(form: MultiDict[str, str]) -> tuple[Decimal | None, str, Complaints]:
    """Return the amount, the reason and the complaints by field."""
    complaints: Complaints = {}
    cost = None
    try:
        cost = parse_cost(form.get("cost", ""))
    except ValueError as error:
        complaints["cost"] = [f"Not an amount: {error}."]
    reason = form.get("reason", "").strip()
    if not reason:
        complaints["reason"] = ["Say why the amount changes."]
    elif len(reason) > REASON_LIMIT:
        complaints["reason"] = [f"At most {REASON_LIMIT} characters."]
    return cost, reason, complaints


def render_cost(cost_id: int, sent: MultiDict[str, str], complaints: Complaints) -> str:
    values = describe_cost_page(cost_id)
    return render_template("console/cost.html", sent=sent, complaints=complaints, **values)


def describe_cost_page(cost_id: int) -> dict[str, Any]:
    """Return the cost, its history, and the delivery that inserted it, None when the log no longer has it."""
    cost = run(queries.find_cost, cost_id) if cost_id <= LARGEST_COST_ID else None
    if cost is None:
        raise NoSuchCost(str(cost_id))
    return {
        "cost": cost,
        "changes": run(queries.list_cost_changes, cost_id),
        "delivery": run(queries.find_billed_delivery, cost.call_from, cost_id),
    }
