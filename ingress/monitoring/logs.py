"""One JSON line for each request and for each message; neither shows a secret or a full phone number."""

import json
import logging
import re
from datetime import timedelta
from typing import Any

from flask import Flask, Response, g, has_request_context, request
from gunicorn.config import AccessLogFormat, Config
from gunicorn.glogging import Logger

from .. import counters
from ..config import read_settings
from ..delivery import Delivery, new_request_id
from ..intake.parameters import MASK
from .access_log import LOG_CONTEXT, describe_request, write_now
from .masking import Environ, list_secrets, mask_atom, mask_numbers, mask_secrets, mask_values

QUOTED_HEAD = re.compile(r": b?['\"].*", re.DOTALL)  # gunicorn repeats a head that it cannot read


def init_app(app: Flask) -> None:
    """Give every request an id, which its answer and its lines in the logs carry."""
    app.before_request(identify_request)
    app.after_request(set_request_id)


def identify_request() -> None:
    g.request_id = new_request_id()
    request.environ[LOG_CONTEXT] = g._get_current_object()


def set_request_id(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    return response


class JsonLogger(Logger):
    """gunicorn's logger with our line for a request, unless the operator has set an access log format."""

    def setup(self, cfg: Config) -> None:
        super().setup(cfg)
        self.has_own_format = cfg.access_log_format != AccessLogFormat.default
        self.shows_numbers = read_settings()["LOG_NUMBERS"]
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonFormatter(self.shows_numbers))
        logging.root.handlers = self.error_log.handlers  # the same list: every message goes where gunicorn's do

    def access(self, resp: Any, req: Any, environ: Environ, request_time: timedelta) -> None:
        """Write the line of a request; an error in that is logged and never raised: the answer has been sent."""
        if LOG_CONTEXT not in environ:
            counters.count_error(resp.status[4:])
        try:
            if self.has_own_format:
                super().access(resp, req, environ, request_time)
            else:
                self.access_log.info(describe_request(resp.status, environ, request_time, self.shows_numbers))
        except Exception:
            self.exception("a request is not in the access log")

    def atoms(self, resp: Any, req: Any, environ: Environ, request_time: timedelta) -> Any:
        """Return what the operator's format may name, each text with its secrets masked."""
        atoms = super().atoms(resp, req, environ, request_time)
        return {name: mask_atom(name, value) for name, value in atoms.items()}


class JsonFormatter(logging.Formatter):
    """Writes each message as one line, with the request's id when it is logged during a request; raises nothing."""

    def __init__(self, shows_numbers: bool) -> None:
        super().__init__()
        self.shows_numbers = shows_numbers

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": write_now(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.mask(read_message(record)),
        }
        if has_request_context():
            line["request_id"] = g.get("request_id")
        if record.exc_info:
            line["traceback"] = self.mask(self.formatException(record.exc_info))
        return json.dumps(line)

    def mask(self, text: str) -> str:
        """Return the text without secrets and numbers; all of it is hidden if that fails."""
        try:
            return self.mask_numbers(mask_secrets(mask_values(text, list_request_secrets())))
        except Exception as error:
            return f"{MASK} (could not be masked: {type(error).__name__})"

    def mask_numbers(self, text: str) -> str:
        return text if self.shows_numbers else mask_numbers(text)


def read_message(record: logging.LogRecord) -> str:
    """Return the message; one that does not fit its arguments comes without them."""
    try:
        message = record.getMessage()
    except Exception:
        return str(record.msg)
    return QUOTED_HEAD.sub(f": {MASK}", message) if record.name == "gunicorn.error" else message


def list_request_secrets() -> list[str]:
    """Return the secrets of the request under way; none outside of one."""
    if not has_request_context():
        return []
    delivery: Delivery | None = g.get("delivery")
    return list_secrets(request.environ, delivery.parameters if delivery else None)
