"""The door: who is calling, and may they call this endpoint from this address (`contract.md`, Credentials)."""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address, ip_network
from zoneinfo import ZoneInfo

from flask import current_app, g, request
from flask_limiter import Limiter

from . import queries
from .database import get_database
from .errors import (
    AdvancedCallLogNotEnabled,
    EndpointNotAllowed,
    InvalidApiIdOrKey,
    IpAddressNotAllowed,
    NoApiId,
    NoApiKey,
    TLDialerNotEnabled,
)
from .fields import wall_clock
from .parameters import GivenTwice, Unrendered, read_parameters

VERSION = "v1"  # the only API version that has this endpoint
LAST_USED_STEP = timedelta(minutes=1)
NOBODY = "0" * 64  # compared with when there is no such key, so that both take the same time


def client_address():
    """The sender's address as text: the connection's, or what TRUSTED_PROXIES trustworthy proxies report."""
    reported = request.environ.get("REMOTE_ADDR", "")
    connected = request.environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR", reported)
    address = parse_address(reported) or parse_address(connected)
    return str(address) if address else ""


limiter = Limiter(client_address, in_memory_fallback_enabled=True)


def init_app(app):
    app.config.setdefault("RATELIMIT_KEY_PREFIX", "ingress")
    limiter.init_app(app)


def require_api_key():
    """Let the request in with `g.api_key`, `g.parameters`, `g.received_at` and `g.ip_address`, or raise."""
    g.received_at = datetime.now(UTC)
    g.ip_address = client_address()
    g.parameters = read_parameters()
    api_id, secret = read_credentials(g.parameters)
    require_enabled(current_app.config)
    g.api_key = find_valid_key(api_id, secret)
    require_endpoint(g.api_key, request.path)
    require_ip_address(g.api_key, g.ip_address)
    if g.parameters.body_error:
        raise g.parameters.body_error


def read_credentials(parameters):
    """Return API id and key as sent: from the headers, or from any of the documented parameters."""
    try:
        api_id = request.headers.get("tld-api-id") or parameters.find(["tld-api-id", "api_id", "api"])
        secret = request.headers.get("tld-api-key") or parameters.find(["tld-api-key", "api_key", "apikey"])
    except GivenTwice:
        raise InvalidApiIdOrKey("given twice") from None
    for value, missing in ((api_id, NoApiId), (secret, NoApiKey)):
        if value is None or isinstance(value, Unrendered):
            raise missing(value and f"{value} was not filled in by the sender")
    return api_id, secret
