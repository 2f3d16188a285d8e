"""For load balancers and supervisors: does the process live, and is the database fit; no credentials needed."""

from flask import Blueprint, current_app, jsonify

from .database import get_database, get_deadline
from .errors import TLDialerConnectionError

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz():
    return jsonify(status="alive")


@blueprint.get("/readyz")
def readyz():
    """200 when the database answers and is fit for money; else 503 with the reasons by name."""
    faults = current_app.extensions["readiness"].look_again(get_database(), get_deadline())
    if faults:
        return jsonify(error=TLDialerConnectionError.text, faults=faults), 503, TLDialerConnectionError.headers
    return jsonify(status="ready")
