"""API keys: found by id and secret, cached for a moment, and still known while the database is away."""

import logging
import re
from datetime import datetime, timedelta
from typing import NoReturn

import pymysql

from .. import counters
from ..clock import dialer_time
from ..database import queries
from ..database.pool import get_database
from ..database.queries import ApiKey, ListedApiKey
from ..delivery import Delivery
from ..errors import InvalidApiIdOrKey, TLDialerConnectionError
from ..intake.parameters import TWO_QUESTION_MARKS
from ..repeats import Repeats
from .credentials import Credentials
from .key_cache import get_key_cache
from .key_secrets import ValidKey, check_secret, hash_secret, is_old_secret
from .rate_limit import count_failure

log = logging.getLogger(__name__)
repeats = Repeats(log)

INGRESS, ADMIN = "ingress", "admin"  # what a key is for: to send costs, or to sign in to the console
LAST_USED_STEP = timedelta(minutes=1)
STALE_SECONDS = 24 * 60 * 60  # how long a cached key counts while the database cannot be asked


def find_valid_key(credentials: Credentials, delivery: Delivery) -> ApiKey:
    """Return the ApiKey; unknown, wrong and disabled are one error, and each such failure counts for its network.

    A key is cached for KEY_SECONDS, so that is how long a disabled or rotated one goes on working at most. Credentials
    that do not fit the cached key are compared with the one in the database before they are refused.
    """
    if credentials.are_ambiguous:
        raise InvalidApiIdOrKey("given twice")
    api_id = parse_api_id(credentials.api_id)
    key = get_key_cache().find(api_id)
    valid = check_secret(key, credentials.secret, delivery.received_at)
    if valid is None:
        key = fetch_key(api_id, delivery.deadline)
        valid = check_secret(key, credentials.secret, delivery.received_at)
    if valid is None:
        refuse_credentials(key, credentials, delivery)
    return note_use(valid, credentials.secret, delivery)


def refuse_credentials(key: ApiKey | None, credentials: Credentials, delivery: Delivery) -> NoReturn:
    """Raise InvalidApiIdOrKey; the failure counts for the sender's network, and is seen under an id that exists."""
    if has_swallowed(credentials, delivery):
        raise InvalidApiIdOrKey(TWO_QUESTION_MARKS)
    if key:
        delivery.claimed_api_id = key.api_id
        note_failure(key, delivery.ip_address, dialer_time(delivery.received_at), delivery.deadline)
        if is_old_secret(key, credentials.secret):
            log.warning("key %s is still used with its old secret, which ended at %s", key.api_id, key.old_until)
    count_failure(delivery.ip_address)
    raise InvalidApiIdOrKey


def has_swallowed(credentials: Credentials, delivery: Delivery) -> bool:
    """Return True for right credentials of which one has swallowed what stands behind a second `?` in the URL.

    That is no guess: without what was swallowed, they let the sender in.
    """
    if "?" not in credentials.api_id + credentials.secret:
        return False
    key = fetch_key(parse_api_id(credentials.api_id.partition("?")[0]), delivery.deadline)
    return check_secret(key, credentials.secret.partition("?")[0], delivery.received_at) is not None


def note_failure(key: ApiKey, address: str, now: datetime, deadline: float | None) -> None:
    """Show a wrong secret for an id that exists: in the metrics and, to the minute, in its row; `now` is naive."""
    counters.count_wrong_secret(key.api_id)
    if key.failed is not None and now - key.failed < LAST_USED_STEP:
        return
    try:
        get_database().run(queries.update_api_key_failed, key.api_id, now, address, deadline=deadline)
    except (TLDialerConnectionError, pymysql.MySQLError) as problem:  # the answer stays as it is
        repeats.warn("not noted", "a wrong key for API id %s is not noted: %s", key.api_id, problem)
    get_key_cache().replace(key, key._replace(failed=now))


def find_stale_key(credentials: Credentials, delivery: Delivery) -> ApiKey | None:
    """Return the ApiKey if it was seen within STALE_SECONDS and the secret is right, without asking the database."""
    key = get_key_cache().find(parse_api_id(credentials.api_id), STALE_SECONDS)
    valid = check_secret(key, credentials.secret, delivery.received_at)
    return note_secret(valid, delivery) if valid else None


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


def note_use(valid: ValidKey, secret: str, delivery: Delivery) -> ApiKey:
    """Return the key with its use noted in the table, to the minute, and for each of its secrets apart."""
    key, now = note_secret(valid, delivery), dialer_time(delivery.received_at)
    last_used = key.old_last_used if valid.is_old_secret else key.last_used
    if last_used is not None and now - last_used < LAST_USED_STEP:
        return key
    hashed = hash_secret(secret)
    get_database().run(queries.update_api_key_last_used, key.api_id, hashed, now, deadline=delivery.deadline)
    noted = key._replace(old_last_used=now) if valid.is_old_secret else key._replace(last_used=now)
    get_key_cache().replace(key, noted)
    if valid.is_old_secret:
        log.warning("key %s is still used with its old secret, which ends at %s", key.api_id, key.old_until)
    return noted


def note_secret(valid: ValidKey, delivery: Delivery) -> ApiKey:
    """Return the key; a use of its old secret is seen in the metrics and in the request's line of the log."""
    delivery.has_old_secret = valid.is_old_secret
    return valid.key


def may_send(key: ApiKey | ListedApiKey) -> bool:
    """Return True for an enabled key of a platform."""
    return bool(key.enabled) and key.scope == INGRESS


def parse_api_id(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,10}", text.strip(), re.ASCII) else None
