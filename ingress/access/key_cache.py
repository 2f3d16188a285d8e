"""The API keys that this process has seen last, so that the table is not read for each request."""

import time
from collections import OrderedDict

from flask import Flask, current_app

from ..database.queries import ApiKey

KEY_SECONDS = 2  # a key that an operator changes is used no longer than that as it was
CACHED_KEYS = 1000  # far more than a call centre has senders


class KeyCache:
    """Keys by id, each with the time until which it is fresh."""

    def __init__(self) -> None:
        self.keys: OrderedDict[int, tuple[ApiKey, float]] = OrderedDict()

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
        """Keep a key that was just read; beyond CACHED_KEYS the one that was not read for the longest goes."""
        self.keys.pop(key.api_id, None)
        self.keys[key.api_id] = key, time.monotonic() + KEY_SECONDS
        if len(self.keys) > CACHED_KEYS:
            self.keys.popitem(last=False)

    def replace(self, key: ApiKey, noted: ApiKey) -> None:
        """Keep what was noted of a key, for no longer than the key itself; not over one that was read since."""
        cached = self.keys.get(key.api_id)
        if cached and cached[0] is key:
            self.keys[key.api_id] = noted, cached[1]

    def drop(self, api_id: int) -> None:
        self.keys.pop(api_id, None)


def init_app(app: Flask) -> None:
    app.extensions["keys"] = KeyCache()


def get_key_cache() -> KeyCache:
    cache: KeyCache = current_app.extensions["keys"]
    return cache
