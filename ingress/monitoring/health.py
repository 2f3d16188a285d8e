"""For load balancers and supervisors: does the process live, and is the database fit; no credentials needed."""

from flask import Blueprint, current_app, jsonify

from ..access import guards
from ..database.pool import get_database, get_deadline
from ..errors import TLDialerConnectionError
from ..spool.queue import SpoolError, get_spool

blueprint = Blueprint("health", __name__)
blueprint.before_request(guards.allow_anyone)


@blueprint.get("/healthz")
def healthz():
    return jsonify(status="alive")


@blueprint.get("/readyz")
def readyz():
    """200 when the database answers and is fit for money; else 503 with the reasons by name. Both tell of the spool."""
    spool = describe_spool()
    try:
        faults = current_app.extensions["readiness"].look_again(get_database(), get_deadline())
    except TLDialerConnectionError as error:
        return jsonify(error=str(error), **spool), error.status, error.headers
    if faults:
        return jsonify(error=TLDialerConnectionError.text, faults=faults, **spool), 503, TLDialerConnectionError.headers
    return jsonify(status="ready", **spool)


def describe_spool():
    """What waits in the spool, or what is wrong with it; nothing where there is none."""
    if get_spool() is None:
        return {}
    try:
        return {"spool": get_spool().measure()._asdict()}
    except SpoolError as error:
        return {"spool": {"fault": str(error)}}
