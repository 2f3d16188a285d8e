"""The guards: who is calling, and may they call this endpoint from this address (`docs/contract.md`, Credentials)."""

import re
from datetime import UTC, datetime
from functools import lru_cache

from flask import Config, current_app, g, request

from ..database.pool import get_deadline
from ..database.queries import ApiKey
from ..database.readiness import require_ready
from ..delivery import Delivery
from ..errors import (
    AdvancedCallLogNotEnabled,
    EndpointNotAllowed,
    IpAddressNotAllowed,
    TLDialerConnectionError,
    TLDialerNotEnabled,
    UriTooLong,
)
from ..intake.parameters import read_parameters
from .addresses import client_address, is_in_range
from .credentials import read_credentials
from .keys import INGRESS, find_stale_key, find_valid_key

URL_LIMIT = 8190  # bytes
API_VERSION = "v1"  # the only one that has this endpoint


def allow_anyone() -> None:
    """Let every request in: a route that is open states it, so that none is open by oversight."""


def require_api_key() -> None:
    """Let the request in, or raise; sets `g.delivery`, which has its key from the moment that was found valid."""
    require_protections(identify_sender())


def identify_sender() -> Delivery:
    """Return the delivery, which is `g.delivery` from now on, with its key, or raise; no protection is checked."""
    received_at, deadline = datetime.now(UTC), get_deadline()
    g.delivery = delivery = Delivery(read_parameters(), client_address(), received_at, deadline, g.request_id)
    credentials = read_credentials(delivery.parameters)
    require_enabled(current_app.config)
    require_ready(deadline)
    delivery.api_key = find_valid_key(credentials, delivery)
    delivery.parameters.secret = credentials.secret.strip()
    return delivery


def require_cached_api_key(delivery: Delivery) -> None:
    """Let a delivery in while the database is away; raises TLDialerConnectionError if the database must be asked."""
    credentials = read_credentials(delivery.parameters)
    delivery.api_key = find_stale_key(credentials, delivery)
    if delivery.api_key is None:
        raise TLDialerConnectionError
    delivery.parameters.secret = credentials.secret.strip()
    require_protections(delivery)


def require_protections(delivery: Delivery) -> None:
    """Let a delivery with a valid key in, or raise what its protections or its body refuse."""
    require_short_url()
    require_endpoint(delivery.sender, request.path)
    require_ip_address(delivery.sender, delivery.ip_address)
    if delivery.parameters.body_error:
        raise delivery.parameters.body_error


def require_enabled(config: Config) -> None:
    if not config["TLDIALER_ENABLED"]:
        raise TLDialerNotEnabled
    if not config["ADVANCED_CALL_LOG_ENABLED"]:
        raise AdvancedCallLogNotEnabled


def require_short_url() -> None:
    """Raise for a URL that is longer than most servers take: what is behind its end may be lost on another way."""
    size = max(len(request.environ.get("RAW_URI", "")), len(request.query_string))  # not every server tells the first
    if size > URL_LIMIT:
        raise UriTooLong(f"{size} bytes, {URL_LIMIT} are allowed")


def require_endpoint(key: ApiKey, path: str) -> None:
    """Raise unless a pattern of the key covers the decoded path that was routed; no pattern allows every path."""
    if key.scope != INGRESS:
        raise EndpointNotAllowed("this key is for the console")
    if key.version != API_VERSION:
        raise EndpointNotAllowed(f"it serves API version {API_VERSION}, this key is for {key.version}")
    patterns = [line.strip() for line in (key.endpoints or "").splitlines() if line.strip()]
    paths = {path, path.removesuffix("/")}  # with a slash behind it, it is the same endpoint
    if patterns and not any(compile_pattern(pattern).fullmatch(path) for pattern in patterns for path in paths):
        raise EndpointNotAllowed


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return a pattern in which `*` matches any run of characters, `/` included; every other character is literal."""
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def require_ip_address(key: ApiKey, address: str) -> None:
    """Raise unless one of the key's ranges holds the address; a range that cannot be read holds none."""
    ranges = [text.strip() for text in (key.ip_addresses or "").split(",") if text.strip()]
    if ranges and not any(is_in_range(address, text) for text in ranges):
        raise IpAddressNotAllowed(address)
