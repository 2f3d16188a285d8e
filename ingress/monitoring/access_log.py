"""The line of one request in the access log."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from flask.ctx import _AppCtxGlobals
from werkzeug.datastructures import MultiDict

from ..delivery import Delivery
from ..intake.parameters import Parameters
from ..server.refusals import REQUEST_ID
from .masking import Environ, list_secrets, mask_number, mask_numbers, mask_path, mask_secrets, mask_values

LOG_CONTEXT = "ingress.g"  # in the WSGI environment: what the application knows of the request when it is logged
PATH_LIMIT = 2000  # characters; that of a bad URL may have a hundred times as many
EMPTY = _AppCtxGlobals()  # of a request that gunicorn has refused by itself
NO_DELIVERY = Delivery(
    Parameters(MultiDict(), MultiDict()), ip_address="", received_at=datetime.min.replace(tzinfo=UTC), deadline=None
)


def write_now() -> str:
    """Return the present as the log writes it: ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def describe_request(status: str, environ: Environ, request_time: timedelta, shows_numbers: bool) -> str:
    """Return the line of one request; little is known of one that gunicorn has refused by itself."""
    context = environ.get(LOG_CONTEXT) or EMPTY
    delivery: Delivery = context.get("delivery", NO_DELIVERY)
    error = context.get("error") or (status[4:] if status >= "4" else None)
    path, error, did, cid = mask_details(environ, delivery, error, shows_numbers)
    return json.dumps(
        {
            "time": write_now(),
            "level": level_of(status),
            "request_id": context.get("request_id") or environ.get(REQUEST_ID),
            "method": environ.get("REQUEST_METHOD"),
            "path": path,
            "status": int(status[:3]),
            "outcome": delivery.outcome,
            "api_id": delivery.api_key and delivery.api_key.api_id,
            "claimed_api_id": delivery.claimed_api_id,
            "old_secret": delivery.has_old_secret,
            "address": delivery.ip_address or environ.get("REMOTE_ADDR"),
            "milliseconds": round(request_time.total_seconds() * 1000, 1),
            "error": error,
            "did": did,
            "cid": cid,
        }
    )


def mask_details(
    environ: Environ, delivery: Delivery, error: str | None, shows_numbers: bool
) -> tuple[str, str | None, str | None, str | None]:
    """Return path, error, DID and CID, as far as the log may show them."""
    path, error = hide_secrets(environ, delivery.parameters, decode_path(environ), error)
    path = path[:PATH_LIMIT]
    did, cid = delivery.understood.did, delivery.understood.cid
    if shows_numbers:
        return path, error, did, cid
    return mask_path(path), error and mask_numbers(error), mask_number(did), mask_number(cid)


def hide_secrets(environ: Environ, parameters: Parameters, path: str, error: str | None) -> tuple[str, str | None]:
    """Return path and error without secrets; an accepted request has no other secret than the one that let it in."""
    if error or "=" in path:
        secrets = list_secrets(environ, parameters)
        return mask_values(mask_secrets(path), secrets), error and mask_values(error, secrets)
    if parameters.secret and parameters.secret in path:
        return mask_values(path, [parameters.secret]), None
    return path, None


def decode_path(environ: Environ) -> str:
    """Return the path without the query, decoded; gunicorn has not split what it refuses."""
    path: str | None = environ.get("PATH_INFO")
    if path is None:
        return unquote(environ.get("RAW_URI", "").partition("?")[0])
    return path if path.isascii() else path.encode("latin-1").decode(errors="replace")


def level_of(status: str) -> str:
    return "info" if status < "4" else "warning" if status < "5" else "error"
