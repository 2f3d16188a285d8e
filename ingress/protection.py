"""The door: who is calling, and may they call this endpoint from this address (`contract.md`, Credentials)."""

import hashlib
import hmac
import re
import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import ip_address, ip_network
from zoneinfo import ZoneInfo

from flask import current_app, g, request

from . import queries
from .database import dialer_time, get_database, get_deadline
from .deliveries import Delivery
from .errors import (
    AdvancedCallLogNotEnabled,
    EndpointNotAllowed,
    InvalidApiIdOrKey,
    IpAddressNotAllowed,
    NoApiId,
    NoApiKey,
    TLDialerConnectionError,
    TLDialerNotEnabled,
)
from .parameters import GivenTwice, Unrendered, is_blank, is_unrendered, read_parameters
from .readiness import require_ready

API_ID_NAMES = ("tld-api-id", "api_id", "api")  # the first is the header's name too
API_KEY_NAMES = ("tld-api-key", "api_key", "apikey")
INGRESS, ADMIN = "ingress", "admin"  # what a key is for: to send costs, or to sign in to the console
VERSION = "v1"  # the only API version that has this endpoint
LAST_USED_STEP = timedelta(minutes=1)
KEY_SECONDS = 2  # an operator who disables a key waits no longer than that
KNOWN_SECONDS = 24 * 60 * 60  # for which a key is still known when the database cannot be asked
KNOWN_KEYS = 1000  # far more than a call centre has senders
NOBODY = "0" * 64  # compared with when there is no such key, so that both take the same time


def client_address():
    """The sender's address as text: the connection's, or what TRUSTED_PROXIES trustworthy proxies report."""
    reported = request.environ.get("REMOTE_ADDR", "")
    connected = request.environ.get("werkzeug.proxy_fix.orig", {}).get("REMOTE_ADDR", reported)
    address = parse_address(reported) or parse_address(connected)
    return str(address) if address else ""


def init_app(app):
    app.extensions["keys"] = OrderedDict()


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
    delivery.parameters.secret = secret
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
    if not is_blank(header) and not is_unrendered(header):
        return header
    try:
        value = parameters.find(names, header)
    except GivenTwice as ambiguous:
        return ambiguous
    if value is None or isinstance(value, Unrendered):
        raise missing(value and value.complaint())
    return value


def require_enabled(config):
    if not config["TLDIALER_ENABLED"]:
        raise TLDialerNotEnabled
    if not config["ADVANCED_CALL_LOG_ENABLED"]:
        raise AdvancedCallLogNotEnabled


def find_valid_key(api_id, secret, delivery):
    """Return the ApiKey; unknown, wrong and disabled are one error, and each such failure counts for its address.

    A key is remembered for KEY_SECONDS, so that is how long a disabled or rotated one goes on working at most; what
    does not fit the remembered key is looked up anew before it is refused.
    """
    if isinstance(api_id, GivenTwice) or isinstance(secret, GivenTwice):
        raise InvalidApiIdOrKey("given twice")
    api_id = int(api_id) if is_api_id(api_id) else None
    key = remembered_key(api_id)
    if is_valid(key, secret):
        return note_use(key, delivery)
    key = api_id and look_up_key(api_id, delivery.deadline)
    if not is_valid(key, secret):
        count_failure(delivery.ip_address)
        raise InvalidApiIdOrKey
    return note_use(key, delivery)


def remembered_key(api_id):
    key, until = current_app.extensions["keys"].get(api_id, (None, 0))
    return key if time.monotonic() < until else None


def known_key(api_id):
    """The key as it was last seen, within KNOWN_SECONDS."""
    key, until = current_app.extensions["keys"].get(api_id, (None, 0))
    return key if time.monotonic() < until + KNOWN_SECONDS else None


def look_up_key(api_id, deadline):
    key = get_database().run(queries.find_api_key, api_id, deadline=deadline)
    if key:
        remember_key(key)
    else:
        current_app.extensions["keys"].pop(api_id, None)
    return key


def remember_key(key):
    """As the newest; the one that was not seen for the longest goes when there are more than KNOWN_KEYS."""
    keys = current_app.extensions["keys"]
    keys.pop(key.api_id, None)
    keys[key.api_id] = key, time.monotonic() + KEY_SECONDS
    if len(keys) > KNOWN_KEYS:
        keys.popitem(last=False)


def is_valid(key, secret):
    return is_secret_of(key, secret) and bool(key.enabled)


def is_api_id(text):
    return isinstance(text, str) and re.fullmatch(r"\d{1,10}", text.strip(), re.ASCII) is not None


def is_secret_of(key, secret):
    expected = key.key_hash if key else NOBODY
    return hmac.compare_digest(expected, hash_secret(secret if isinstance(secret, str) else ""))


def hash_secret(secret):
    """SHA-256 in hex: a secret of 256 random bits cannot be guessed, so a slow hash would protect nothing more."""
    return hashlib.sha256(secret.strip().encode("utf-8", "surrogatepass")).hexdigest()


def count_failure(address):
    """Raise 429 for an address with too many failures, at the door and at the console together."""
    current_app.extensions["failures"].count(address or "unix socket")


def note_use(key, delivery):
    """Return the key, its use noted in the table, to the minute."""
    now = dialer_time(delivery.received_at)
    if key.last_used is not None and now - key.last_used < LAST_USED_STEP:
        return key
    get_database().run(queries.update_api_key_last_used, key.api_id, now, deadline=delivery.deadline)
    key = key._replace(last_used=now)
    remember_key(key)
    return key


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


def is_in_range(address, text):
    try:
        return ip_address(address) in parse_range(text)
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def parse_range(text):
    """An address or a CIDR range; host bits may be set, as people write them."""
    return ip_network(parse_address(text) or text, strict=False)


@lru_cache(maxsize=1024)
def parse_address(text):
    """An IP address, an IPv4 one out of its IPv6 clothing, without the port that some proxies add; or None.

    An IPv6 address's scope (fe80::1%eth0) is a name that only its own machine knows, so it is left out.
    """
    bare = re.sub(r"^\[(.+)\](:\d+)?$|^([\d.]+):\d+$", r"\1\3", text.strip()).partition("%")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def key_time_zone(key):
    """The zone of this sender's times that come without an offset."""
    return ZoneInfo(key.time_zone) if key.time_zone else current_app.config["TLDIALER_TIMEZONE"]
