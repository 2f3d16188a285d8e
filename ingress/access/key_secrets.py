"""The secrets of an API key: how they are stored, and which of them lets a sender in."""

import hashlib
import hmac
from datetime import datetime
from typing import NamedTuple

from ..clock import aware_time
from ..database.queries import ApiKey

DUMMY_HASH = "0" * 64  # compared with where there is no key or no old secret, so that all take the same time


class ValidKey(NamedTuple):
    """A key that lets its sender in, and whether the secret was the one from before its rotation."""

    key: ApiKey
    is_old_secret: bool


def check_secret(key: ApiKey | None, secret: str, now: datetime) -> ValidKey | None:
    """Return the ValidKey if the key is enabled and the secret passes, else None; `now` is aware.

    The old secret of a key that was rotated passes until its end, to the second, also where the key was read before it.
    """
    sent = hash_secret(secret)
    is_present = hmac.compare_digest(key.key_hash if key else DUMMY_HASH, sent)
    is_old = hmac.compare_digest((key and key.old_key_hash) or DUMMY_HASH, sent)
    if key is None or not key.enabled:
        return None
    if is_present or (is_old and key.old_until is not None and now < aware_time(key.old_until)):
        return ValidKey(key, is_old_secret=not is_present)
    return None


def is_old_secret(key: ApiKey, secret: str) -> bool:
    """Return whether this is the secret from before the last rotation, whether it still passes or not."""
    return hmac.compare_digest(key.old_key_hash or DUMMY_HASH, hash_secret(secret))


def hash_secret(secret: str) -> str:
    """Return SHA-256 in hex: a secret of 256 random bits cannot be guessed, so a slow hash would protect nothing."""
    return hashlib.sha256(secret.strip().encode("utf-8", "surrogatepass")).hexdigest()
