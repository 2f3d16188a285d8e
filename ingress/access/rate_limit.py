"""Failed credentials, counted by network and slowed down when they are too many; valid ones are never slowed down.

Platforms send for many customers from one address, so one customer's mistakes must not stop another's calls.
"""

import time

from flask import Flask, current_app
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from .addresses import network_of

REDIS_TIMEOUTS = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5}  # seconds; a failure is answered anyway


def init_app(app: Flask) -> None:
    uri = app.config["RATELIMIT_STORAGE_URI"]
    app.extensions["failures"] = Failures(app.config["RATELIMIT_AUTH_FAILURES"], uri)


def count_failure(address: str) -> None:
    """Raise 429 for a network with too many failures; those of senders, console and metrics are counted together."""
    failures: Failures = current_app.extensions["failures"]
    failures.count(network_of(address))


class Failures:
    """Counts for all processes where the storage is shared; while that is away each process counts for itself."""

    def __init__(self, limit: RateLimitItem, storage_uri: str) -> None:
        is_redis = storage_uri.startswith("redis")
        shared = storage_from_string(storage_uri, wrap_exceptions=True, **(REDIS_TIMEOUTS if is_redis else {}))
        self.limit = limit
        self.counter = FixedWindowRateLimiter(shared)
        self.fallback = FixedWindowRateLimiter(MemoryStorage()) if is_redis else self.counter

    def count(self, network: str) -> None:
        """Raise 429 for a network with too many failures, this one included."""
        try:
            self.hit(self.counter, network)
        except StorageError:
            self.hit(self.fallback, network)

    def hit(self, counter: FixedWindowRateLimiter, network: str) -> None:
        if not counter.hit(self.limit, "ingress", network):
            seconds = counter.get_window_stats(self.limit, "ingress", network).reset_time - time.time()
            raise TooManyRequests(retry_after=max(1, round(seconds)))
