"""Looking a call up in the dialer's log: what waits there holds up no billing, and no look-up holds the dialer up."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
from flask import Flask, current_app

from . import queries
from .connection import Connection
from .queries import Call, Search
from .retries import TOOK_TOO_LONG, error_number

log = logging.getLogger(__name__)

RETRY_SECONDS = 2  # between two look-ups that find out whether a busy log answers again: each may take 1.5 s
SLOT_SECONDS = 0.5  # for one of the look-ups under way to end, which usually take a millisecond or two
WARN_SECONDS = 60  # since the last look-up that took too long
UNLIMITED = 1_000
WARNING = "the call log is locked or slow: calls are billed without their lead, and `ingress match` finds them later"


class CallLogBusy(Exception):
    """The call log is locked or slow just now: the call may be in it."""


def init_app(app: Flask) -> None:
    """The limit of the statement, if there is one, is for all processes of this machine together."""
    limit = app.extensions["database"].statements.limits.get("find_call")
    app.extensions["look_ups"] = LookUps(limit and max(1, limit // app.config["WEB_CONCURRENCY"]))


def get_look_ups() -> "LookUps":
    look_ups: LookUps = current_app.extensions["look_ups"]
    return look_ups


class LookUps:
    """The look-ups of this process, in one place: `limit` of them at once, any number if it is None.

    When one took too long, the log counts as busy: then one look-up every RETRY_SECONDS tries whether it still is, and
    all others are given up at once, so that the threads bill instead of waiting.
    """

    def __init__(self, limit: int | None = None) -> None:
        self.limit = limit
        self.slots = threading.BoundedSemaphore(limit or UNLIMITED)
        self.lock = threading.Lock()
        self.is_busy = False
        self.next_try = 0.0
        self.noted = float("-inf")

    def is_apart(self) -> bool:
        """Return whether a call is looked up by itself: while its log is busy, and always where there is a limit."""
        return self.is_busy or self.limit is not None

    def find(self, connection: Connection, search: Search) -> Call | None:
        """Return the call, None if the log has none; raises CallLogBusy. Belongs in no transaction."""
        with self.guard():
            call = queries.find_call(connection, search)
        if self.is_busy:
            log.warning("the call log answers again")
            self.is_busy = False
        return call

    def try_to_find(self, connection: Connection, search: Search) -> Call | None:
        """Return the call, None if the log has none, or is busy."""
        try:
            return self.find(connection, search)
        except CallLogBusy:
            return None

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Run one statement that reads the log; raises CallLogBusy when it takes too long, or may not be tried now."""
        if not self.may_try():
            raise CallLogBusy
        if not self.slots.acquire(timeout=SLOT_SECONDS):
            self.note_busy()
            raise CallLogBusy
        try:
            yield
        except pymysql.OperationalError as error:
            if error_number(error) not in TOOK_TOO_LONG:
                raise
            self.note_busy()
            raise CallLogBusy from error
        finally:
            self.slots.release()

    def may_try(self) -> bool:
        with self.lock:
            now = time.monotonic()
            if not self.is_busy:
                return True
            if now < self.next_try:
                return False
            self.next_try = now + RETRY_SECONDS
            return True

    def note_busy(self) -> None:
        if not self.is_busy:
            log.warning(WARNING)
        self.noted = time.monotonic()
        self.next_try = self.noted + RETRY_SECONDS
        self.is_busy = True

    def list_warnings(self) -> list[str]:
        return [WARNING] if time.monotonic() < self.noted + WARN_SECONDS else []
