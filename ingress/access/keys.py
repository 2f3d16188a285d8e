"""API keys: found by id and secret, cached for a moment, and still known while the database is away."""

import hashlib
import hmac
import logging
import re
import time
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import NoReturn, TypeGuard

import pymysql
from flask import Flask, current_app

from .. import counters
from ..clock import dialer_time
from ..database import queries
from ..database.pool import get_database
from ..database.queries import ApiKey
from ..delivery import Delivery
from ..errors import InvalidApiIdOrKey, TLDialerConnectionError
from ..intake.parameters import TWO_QUESTION_MARKS
from ..repeats import Repeats
from .credentials import Credentials
from .rate_limit import count_failure

repeats = Repeats(logging.getLogger(__name__))

INGRESS, ADMIN = "ingress", "admin"  # what a key is for: to send costs, or to sign in to the console
LAST_USED_STEP = timedelta(minutes=1)
KEY_SECONDS = 2  # a key that an operator disables works no longer than that
STALE_SECONDS = 24 * 60 * 60  # how long a cached key counts while the database cannot be asked
CACHED_KEYS = 1000  # far more than a call centre has senders
DUMMY_HASH = "0" * 64  # compared with when there is no such key, so that both take the same time


class KeyCache:
    """The keys that this process has seen last."""

    def __init__(self) -> None:
        self.keys: OrderedDict[int, tuple[ApiKey, float]] = OrderedDict()  # with the time until which each is fresh

    def __len__(self) -> int:
        return len(self.keys)

    def find(self, api_id: int | None, stale_seconds: float = 0) -> ApiKey | None:
        """Return a fresh key, or one that has been stale for less than `stale_seconds`."""
        cached = None if api_id is None else self.keys.get(api_id)
        if cached is None:
            return None
        key, fresh_until = cached
        return key if time.monotonic() < fresh_until + stale_seconds else None

    def store(self, key: ApiKey) -> None:
        """Keep the key as the newest; beyond CACHED_KEYS the one that was not seen for the longest goes."""
        self.keys.pop(key.api_id, None)
        self.keys[key.api_id] = key, time.monotonic() + KEY_SECONDS
        if len(self.keys) > CACHED_KEYS:
            self.keys.popitem(last=False)

    def drop(self, api_id: int) -> None:
        self.keys.pop(api_id, None)


def init_app(app: Flask) -> None:
    app.extensions["keys"] = KeyCache()


def get_key_cache() -> KeyCache:
    cache: KeyCache = current_app.extensions["keys"]
    return cache


def find_valid_key(credentials: Credentials, delivery: Delivery) -> ApiKey:
    """Return the ApiKey; unknown, wrong and disabled are one error, and each such failure counts for its network.

    A key is cached for KEY_SECONDS, so that is how long a disabled or rotated one goes on working at most. Credentials
    that do not fit the cached key are compared with the one in the database before they are refused.
    """
    if credentials.are_ambiguous:
        raise InvalidApiIdOrKey("given twice")
    api_id = parse_api_id(credentials.api_id)
    key = get_key_cache().find(api_id)
    if not is_valid(key, credentials.secret):
        key = fetch_key(api_id, delivery.deadline)
    if not is_valid(key, credentials.secret):
        refuse_credentials(key, credentials, delivery)
    return note_use(key, delivery)


def refuse_credentials(key: ApiKey | None, credentials: Credentials, delivery: Delivery) -> NoReturn:
    """Raise InvalidApiIdOrKey; the failure counts for the sender's network, and is seen under an id that exists."""
    if has_swallowed(credentials, delivery.deadline):
        raise InvalidApiIdOrKey(TWO_QUESTION_MARKS)
    if key:
        delivery.claimed_api_id = key.api_id
        note_failure(key, delivery.ip_address, dialer_time(delivery.received_at), delivery.deadline)
    count_failure(delivery.ip_address)
    raise InvalidApiIdOrKey


def has_swallowed(credentials: Credentials, deadline: float | None) -> bool:
    """Return True for right credentials of which one has swallowed what stands behind a second `?` in the URL.

    That is no guess: without what was swallowed, they let the sender in.
    """
    if "?" not in credentials.api_id + credentials.secret:
        return False
    key = fetch_key(parse_api_id(credentials.api_id.partition("?")[0]), deadline)
    return is_valid(key, credentials.secret.partition("?")[0])


def note_failure(key: ApiKey, address: str, now: datetime, deadline: float | None) -> None:
    """Show a wrong secret for an id that exists: in the metrics and, to the minute, in its row; `now` is naive."""
    counters.count_wrong_secret(key.api_id)
    if key.failed is not None and now - key.failed < LAST_USED_STEP:
        return
    try:
        get_database().run(queries.update_api_key_failed, key.api_id, now, address, deadline=deadline)
    except (TLDialerConnectionError, pymysql.MySQLError) as problem:  # the answer stays as it is
        repeats.warn("not noted", "a wrong key for API id %s is not noted: %s", key.api_id, problem)
    get_key_cache().store(key._replace(failed=now))


def find_stale_key(credentials: Credentials) -> ApiKey | None:
    """Return the ApiKey if it was seen within STALE_SECONDS and the secret is right, without asking the database."""
    key = get_key_cache().find(parse_api_id(credentials.api_id), STALE_SECONDS)
    return key if is_valid(key, credentials.secret) else None


def fetch_key(api_id: int | None, deadline: float | None) -> ApiKey | None:
    """Return the key as it is in the database now, or None; the cache follows."""
    if api_id is None:
        return None
    key = get_database().run(queries.find_api_key, api_id, deadline=deadline)
    if key:
        get_key_cache().store(key)
    else:
        get_key_cache().drop(api_id)
    return key


def note_use(key: ApiKey, delivery: Delivery) -> ApiKey:
    """Return the key with its use noted in the table, to the minute."""
    now = dialer_time(delivery.received_at)
    if key.last_used is not None and now - key.last_used < LAST_USED_STEP:
        return key
    get_database().run(queries.update_api_key_last_used, key.api_id, now, deadline=delivery.deadline)
    key = key._replace(last_used=now)
    get_key_cache().store(key)
    return key


def is_valid(key: ApiKey | None, secret: str) -> TypeGuard[ApiKey]:
    """Return True when the secret is that of the key and the key is enabled."""
    is_same = hmac.compare_digest(key.key_hash if key else DUMMY_HASH, hash_secret(secret))
    return is_same and key is not None and bool(key.enabled)


def parse_api_id(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,10}", text.strip(), re.ASCII) else None


def hash_secret(secret: str) -> str:
    """Return SHA-256 in hex: a secret of 256 random bits cannot be guessed, so a slow hash would protect nothing."""
    return hashlib.sha256(secret.strip().encode("utf-8", "surrogatepass")).hexdigest()
