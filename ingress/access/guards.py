"""The door: who is calling, and may they call this endpoint from this address (`contract.md`, Credentials)."""

import re
from datetime import UTC, datetime
from functools import lru_cache

from flask import current_app, g, request

from ..database.pool import get_deadline
from ..database.readiness import require_ready
from ..delivery import Delivery
from ..errors import (
    AdvancedCallLogNotEnabled,
    EndpointNotAllowed,
    IpAddressNotAllowed,
    NoApiId,
    NoApiKey,
    TLDialerConnectionError,
    TLDialerNotEnabled,
)
from ..intake.parameters import GivenTwice, UnfilledToken, is_blank, is_unfilled, read_parameters
from .addresses import client_address, is_in_range
from .keys import INGRESS, find_valid_key, is_api_id, is_valid, known_key

API_ID_NAMES = ("tld-api-id", "api_id", "api")  # the first is the header's name too
API_KEY_NAMES = ("tld-api-key", "api_key", "apikey")
VERSION = "v1"  # the only API version that has this endpoint


def let_everybody_in():
    """The guard of what is open to all: stated, so that nothing is open because somebody forgot."""


def require_api_key():
    """Let the request in, or raise; `g.delivery` is what comes in, and has its key from when that was found valid."""
    received_at, deadline = datetime.now(UTC), get_deadline()
    g.delivery = delivery = Delivery(read_parameters(), client_address(), received_at, deadline, g.request_id)
    api_id, secret = read_credentials(delivery.parameters)
    require_enabled(current_app.config)
    require_ready(deadline)
    delivery.api_key = find_valid_key(api_id, secret, delivery)
    require_protections(delivery, secret)


def require_known_api_key(delivery):
    """The same door while the database cannot be asked; raises TLDialerConnectionError for whom it would have to be."""
    api_id, secret = read_credentials(delivery.parameters)
    key = known_key(int(api_id)) if is_api_id(api_id) else None
    if not is_valid(key, secret):
        raise TLDialerConnectionError
    delivery.api_key = key
    require_protections(delivery, secret)


def require_protections(delivery, secret):
    delivery.parameters.secret = secret.strip()
    require_endpoint(delivery.api_key, request.path)
    require_ip_address(delivery.api_key, delivery.ip_address)
    if delivery.parameters.body_error:
        raise delivery.parameters.body_error


def read_credentials(parameters):
    """Return API id and key as sent: from the headers, or from any of the documented parameters."""
    return (
        read_credential(parameters, API_ID_NAMES, NoApiId),
        read_credential(parameters, API_KEY_NAMES, NoApiKey),
    )


def read_credential(parameters, names, missing):
    """Return a credential, the header of the first name before any parameter; raise `missing` when there is none."""
    header = request.headers.get(names[0])
    if not is_blank(header) and not is_unfilled(header):
        return header
    try:
        value = parameters.find(names, header)
    except GivenTwice as ambiguous:
        return ambiguous
    if value is None or isinstance(value, UnfilledToken):
        raise missing(value and value.complaint())
    return value


def require_enabled(config):
    if not config["TLDIALER_ENABLED"]:
        raise TLDialerNotEnabled
    if not config["ADVANCED_CALL_LOG_ENABLED"]:
        raise AdvancedCallLogNotEnabled


def require_endpoint(key, path):
    """One pattern of the key must cover the decoded path that was routed; a key without patterns may go anywhere."""
    if key.scope != INGRESS:
        raise EndpointNotAllowed("this key is for the console")
    if key.version != VERSION:
        raise EndpointNotAllowed(f"it serves API version {VERSION}, this key is for {key.version}")
    patterns = [line.strip() for line in (key.endpoints or "").splitlines() if line.strip()]
    if patterns and not any(compile_pattern(pattern).fullmatch(path) for pattern in patterns):
        raise EndpointNotAllowed


@lru_cache(maxsize=1024)
def compile_pattern(pattern):
    """`*` matches any run of characters, `/` included; every other character is literal."""
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def require_ip_address(key, address):
    """The address must lie in one of the key's ranges; a range that cannot be read lets nobody in."""
    ranges = [text.strip() for text in (key.ip_addresses or "").split(",") if text.strip()]
    if ranges and not any(is_in_range(address, text) for text in ranges):
        raise IpAddressNotAllowed(address)
