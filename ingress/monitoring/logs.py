"""One JSON line for each request, and for whatever else is worth telling; no secret and no full number in either."""

import json
import logging
import re
from datetime import UTC, datetime
from urllib.parse import unquote

from flask import g, has_request_context, request
from gunicorn.config import AccessLogFormat
from gunicorn.glogging import Logger
from werkzeug.datastructures import MultiDict

from .. import counters
from ..config import read_settings
from ..delivery import Delivery, new_request_id
from ..intake.parameters import Parameters
from ..server.refusals import REQUEST_ID
from .masking import list_secrets, mask_atom, mask_number, mask_numbers, mask_path, mask_secrets, mask_values

LOG_CONTEXT = "ingress.g"  # in the WSGI environment: what the application knows of the request when it is logged
EMPTY: dict = {}
NO_DELIVERY = Delivery(
    Parameters(MultiDict(), MultiDict()), ip_address="", received_at=datetime.min.replace(tzinfo=UTC), deadline=None
)
QUOTED_HEAD = re.compile(r": b?['\"].*", re.DOTALL)  # gunicorn repeats a head that it cannot read


def init_app(app):
    """Give every request an id, which its answer and its lines in the logs carry."""
    app.before_request(identify_request)
    app.after_request(tell_request_id)


def identify_request():
    g.request_id = new_request_id()
    request.environ[LOG_CONTEXT] = g._get_current_object()


def tell_request_id(response):
    response.headers["X-Request-ID"] = g.request_id
    return response


class JsonLogger(Logger):
    """gunicorn's logger: our line for a request, unless an access log format of the operator's own is set."""

    def setup(self, cfg):
        super().setup(cfg)
        self.has_own_format = cfg.access_log_format != AccessLogFormat.default
        self.shows_numbers = read_settings()["LOG_NUMBERS"]
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter(self.shows_numbers))
        logging.root.handlers = self.error_log.handlers  # the same list: all that is logged goes where gunicorn's does

    def access(self, resp, req, environ, request_time):
        if LOG_CONTEXT not in environ:
            counters.count_error(resp.status[4:])
        if self.has_own_format:
            super().access(resp, req, environ, request_time)
        else:
            self.access_log.info(describe_request(resp.status, environ, request_time, self.shows_numbers))

    def atoms(self, resp, req, environ, request_time):
        """What the operator's format may name, each text with its secrets masked."""
        atoms = super().atoms(resp, req, environ, request_time)
        return {name: mask_atom(name, value) for name, value in atoms.items()}


def describe_request(status, environ, request_time, shows_numbers):
    """The line of one request; of one that gunicorn has refused by itself there is little to tell."""
    told = environ.get(LOG_CONTEXT) or EMPTY
    delivery = told.get("delivery", NO_DELIVERY)
    error = told.get("error") or (status[4:] if status >= "4" else None)
    path, error, did, cid = tell_numbers(environ, delivery, error, shows_numbers)
    return json.dumps(
        {
            "time": now(),
            "level": level_of(status),
            "request_id": told.get("request_id") or environ.get(REQUEST_ID),
            "method": environ.get("REQUEST_METHOD"),
            "path": path,
            "status": int(status[:3]),
            "outcome": delivery.outcome,
            "api_id": delivery.api_key and delivery.api_key.api_id,
            "address": delivery.ip_address or environ.get("REMOTE_ADDR"),
            "milliseconds": round(request_time.total_seconds() * 1000, 1),
            "error": error,
            "did": did,
            "cid": cid,
        }
    )


def tell_numbers(environ, delivery, error, shows_numbers):
    """Return path, error, DID and CID, as far as the log may show them."""
    path, error = hide_secrets(environ, delivery.parameters, read_path(environ), error)
    did, cid = delivery.understood.did, delivery.understood.cid
    if shows_numbers:
        return path, error, did, cid
    return mask_path(path), error and mask_numbers(error), mask_number(did), mask_number(cid)


def hide_secrets(environ, parameters, path, error):
    """Return path and error without secrets; a request that was let in without an error has but the one it showed."""
    if error or "=" in path:
        secrets = list_secrets(environ, parameters)
        return mask_values(mask_secrets(path), secrets), error and mask_values(error, secrets)
    if parameters.secret and parameters.secret in path:
        return mask_values(path, [parameters.secret]), None
    return path, None


def read_path(environ):
    """Without the query, and decoded; gunicorn has not split what it refuses."""
    path = environ.get("PATH_INFO")
    if path is None:
        return unquote(environ.get("RAW_URI", "").partition("?")[0])
    return path if path.isascii() else path.encode("latin-1").decode(errors="replace")


def level_of(status):
    return "info" if status < "4" else "warning" if status < "5" else "error"


def now():
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class JsonFormatter(logging.Formatter):
    """Whatever is logged by whomever, as one line; with the request's id when it is logged during one."""

    def __init__(self, shows_numbers):
        super().__init__()
        self.shows_numbers = shows_numbers

    def format(self, record):
        message = record.getMessage()
        if record.name == "gunicorn.error":
            message = QUOTED_HEAD.sub(": ***", message)
        line = {"time": now(), "level": record.levelname.lower(), "logger": record.name, "message": self.mask(message)}
        if has_request_context():
            line["request_id"] = g.get("request_id")
        if record.exc_info:
            line["traceback"] = self.mask(self.formatException(record.exc_info))
        return json.dumps(line)

    def mask(self, text):
        text = mask_secrets(text)
        if has_request_context():
            delivery = g.get("delivery")
            text = mask_values(text, list_secrets(request.environ, delivery and delivery.parameters))
        return text if self.shows_numbers else mask_numbers(text)
