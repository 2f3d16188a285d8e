"""Wrong credentials, counted by address and slowed down when they are too many; nobody else is ever slowed down.

Platforms send for many customers from one address, and a stranger's mistakes there must not stop a paying sender.
"""

import time

from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

REDIS_TIMEOUTS = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}  # seconds; a failure is answered anyway


def init_app(app):
    uri = app.config["RATELIMIT_STORAGE_URI"]
    app.extensions["failures"] = Failures(app.config["RATELIMIT_AUTH_FAILURES"], uri)


class Failures:
    """Counts for all processes where the storage is shared; while that is away each process counts for itself."""

    def __init__(self, limit, storage_uri):
        options = REDIS_TIMEOUTS if storage_uri.startswith("redis") else {}
        shared = storage_from_string(storage_uri, wrap_exceptions=True, **options)
        self.limit = limit
        self.counter = FixedWindowRateLimiter(shared)
        self.fallback = FixedWindowRateLimiter(MemoryStorage())

    def count(self, address):
        """Raise 429 for an address with too many failures, this one included."""
        try:
            count(self.counter, self.limit, address)
        except StorageError:
            count(self.fallback, self.limit, address)


def count(counter, limit, address):
    if not counter.hit(limit, "ingress", address):
        seconds = counter.get_window_stats(limit, "ingress", address).reset_time - time.time()
        raise TooManyRequests(retry_after=max(1, round(seconds)))
