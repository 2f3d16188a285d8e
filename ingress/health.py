"""For load balancers and supervisors: does the process live, and does the database answer; no credentials needed."""

from flask import Blueprint, jsonify

from . import queries
from .database import get_database, get_deadline

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz():
    return jsonify(status="alive")


@blueprint.get("/readyz")
def readyz():
    """200 when the database answers, else the documented 503."""
    get_database().query(queries.check_database, deadline=get_deadline())
    return jsonify(status="ready")
