"""gunicorn's access log without secrets: senders may put an API key into the URL, and it must not stay in a log."""

import re
from urllib.parse import unquote_plus

from flask import g
from gunicorn.glogging import Logger

from .deliveries import new_request_id
from .parameters import MASK, SECRETS

PARAMETER = re.compile(r"([?&;])([^=&;\s]+)=([^&;\s]*)")


def init_app(app):
    """Give every request an id, which its answer and its lines in the logs carry."""
    app.before_request(identify_request)
    app.after_request(tell_request_id)


def identify_request():
    g.request_id = new_request_id()


def tell_request_id(response):
    response.headers["X-Request-ID"] = g.request_id
    return response


class MaskingLogger(Logger):
    def atoms(self, resp, req, environ, request_time):
        """What the access log's format may name, each text with its secrets masked."""
        atoms = super().atoms(resp, req, environ, request_time)
        return {name: mask_atom(name, value) for name, value in atoms.items()}


def mask_atom(name, value):
    if name.strip("{}ioe").lower() in SECRETS or name.lower() == "{http_tld_api_key}e":
        return MASK
    if name == "q" and isinstance(value, str):
        return mask_secrets("?" + value)[1:]
    return mask_secrets(value) if isinstance(value, str) else value


def mask_secrets(text):
    """The text of a URL or request line with the values of secret parameters replaced, however they are encoded."""
    return PARAMETER.sub(mask_parameter, text)


def mask_parameter(match):
    secret = unquote_plus(match[2]).strip().lower() in SECRETS
    return f"{match[1]}{match[2]}={MASK}" if secret else match[0]
