"""API keys: found by id and secret, remembered for a moment, and still known while the database is away."""

import hashlib
import hmac
import re
import time
from collections import OrderedDict
from datetime import timedelta

from flask import current_app

from ..clock import dialer_time
from ..database import queries
from ..database.pool import get_database
from ..errors import InvalidApiIdOrKey
from ..intake.parameters import GivenTwice

INGRESS, ADMIN = "ingress", "admin"  # what a key is for: to send costs, or to sign in to the console
LAST_USED_STEP = timedelta(minutes=1)
KEY_SECONDS = 2  # an operator who disables a key waits no longer than that
KNOWN_SECONDS = 24 * 60 * 60  # for which a key is still known when the database cannot be asked
KNOWN_KEYS = 1000  # far more than a call centre has senders
NOBODY = "0" * 64  # compared with when there is no such key, so that both take the same time


def init_app(app):
    app.extensions["keys"] = OrderedDict()


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


def note_use(key, delivery):
    """Return the key, its use noted in the table, to the minute."""
    now = dialer_time(delivery.received_at)
    if key.last_used is not None and now - key.last_used < LAST_USED_STEP:
        return key
    get_database().run(queries.update_api_key_last_used, key.api_id, now, deadline=delivery.deadline)
    key = key._replace(last_used=now)
    remember_key(key)
    return key


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
