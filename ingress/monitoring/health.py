"""For load balancers and supervisors: is the process alive, and is the database ready; no credentials needed."""

from typing import Any

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue

from ..access import guards
from ..database.look_ups import get_look_ups
from ..database.pool import get_database, get_deadline
from ..database.readiness import get_readiness
from ..errors import TLDialerConnectionError
from ..spool.queue import get_spool
from .time_zone import get_offsets

blueprint = Blueprint("health", __name__)
blueprint.before_request(guards.allow_anyone)


@blueprint.get("/healthz")
def healthz() -> Response:
    return jsonify(status="alive")


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    """Answer 200 when the database answers and is fit for money, else 503 with the reasons; both describe the spool.

    A spool that can take nothing is said, but it is no reason to send requests elsewhere: they are billed. The
    same goes for `warnings`.
    """
    spool = describe_spool()
    try:
        faults = get_readiness().look_again(get_database(), get_deadline())
    except TLDialerConnectionError as error:
        return jsonify(error=str(error), **spool), error.status, error.headers
    if faults:
        return jsonify(error=TLDialerConnectionError.text, faults=faults, **spool), 503, TLDialerConnectionError.headers
    has_fault = "fault" in spool.get("spool", {})
    return jsonify(
        status="ready, but the spool can take nothing" if has_fault else "ready", **describe_warnings(), **spool
    )


def describe_warnings() -> dict[str, list[str]]:
    """Return under `warnings` what is wrong but stops no billing; nothing where there is none."""
    warnings = get_look_ups().list_warnings() or [offset.describe() for offset in get_offsets()]
    return {"warnings": warnings} if warnings else {}


def describe_spool() -> dict[str, dict[str, Any]]:
    """Return under `spool` what waits in it, and why it can take nothing; nothing where there is no spool."""
    spool = get_spool()
    if spool is None:
        return {}
    measures, fault = spool.inspect()
    return {"spool": {**(measures._asdict() if measures else {}), **({"fault": fault} if fault else {})}}
