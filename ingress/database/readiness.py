"""Is the database fit for money: every statement allowed, every table able to roll back, every commit on disk."""

import logging
import re
import time

import pymysql
from flask import Flask, current_app

from ..errors import TLDialerConnectionError
from . import queries
from .connection import Connection
from .hosts import Host
from .look_ups import CallLogBusy, get_look_ups
from .pool import Database, get_database
from .retries import NOT_WRITABLE, Retryable, error_number

log = logging.getLogger(__name__)

READY_SECONDS = 60  # a database that was fit is trusted for so long; the check takes some milliseconds
FAULTY_SECONDS = 2  # one that was not is checked again soon, so that the service recovers soon
USER = re.compile(r" (to|for) user '[^']*'@'[^']*'")  # a driver's text names it; the page is open to all


def init_app(app: Flask) -> None:
    app.extensions["readiness"] = Readiness()


def get_readiness() -> "Readiness":
    readiness: Readiness = current_app.extensions["readiness"]
    return readiness


def require_ready(deadline: float | None) -> None:
    """Raise TLDialerConnectionError, the documented 503, while the database is not fit."""
    if get_readiness().find_faults(get_database(), deadline):
        raise TLDialerConnectionError("not ready, see /readyz")


class Readiness:
    """What is wrong with the host in use; what was seen of a host is trusted for that host only."""

    def __init__(self) -> None:
        self.last_logged: list[str] = []

    def find_faults(self, database: Database, deadline: float | None) -> list[str]:
        """Return the faults by name, empty when there are none; checks anew now and then.

        Several threads may check at the same time: if they took turns, they would queue during an outage.
        """
        host = database.hosts.current
        faults = host.faults  # read before it is asked whether they are trusted: see Host.examine
        return faults if time.monotonic() < host.checked_until else self.look_again(database, deadline)

    def forget(self) -> None:
        """Check anew before the next request: something has failed that should not."""
        get_database().hosts.current.checked_until = 0

    def look_again(self, database: Database, deadline: float | None) -> list[str]:
        """Return the faults as they are now, of another host if that has fewer; raises TLDialerConnectionError."""
        host, faults = look_at_host(database, deadline)
        has_alternative = database.hosts.are_several() and not host.is_good()
        if has_alternative and database.choose_host(deadline) is not host:
            host, faults = look_at_host(database, deadline)
        if faults != self.last_logged:
            log.warning("is the database ready: %s", "; ".join(faults) or "yes")
        self.last_logged = host.faults = faults
        host.checked_until = time.monotonic() + (FAULTY_SECONDS if faults else READY_SECONDS)
        return faults


def look_at_host(database: Database, deadline: float | None) -> tuple[Host, list[str]]:
    """Return the host in use and its faults; raises TLDialerConnectionError when the database is away."""
    try:
        return database.run(find_faults, deadline=deadline)
    except Retryable as error:
        return database.hosts.current, [reason_of(error)]  # of the last host that was tried


def reason_of(error: Exception) -> str:
    """Return the server's text without the number."""
    return str(error.__cause__.args[-1]) if error.__cause__ else str(error)


def find_faults(connection: Connection) -> tuple[Host, list[str]]:
    """Return the host and what is wrong: what it would do wrong without an error, and statements that it refuses.

    Raises when this host does not write at all and gives no reason before: then the next host is tried.
    """
    host = connection.server
    host.examine(connection)
    faults = list(host.faults)
    for name in queries.REQUEST_STATEMENTS:
        try:
            explain(connection, name)
        except CallLogBusy:  # stops no billing
            continue
        except pymysql.MySQLError as error:
            if not connection.open:
                raise
            if error_number(error) not in NOT_WRITABLE:
                faults.append(f"{name}: {USER.sub('', str(error.args[1]))}")
            elif not host.faults:  # which say why
                raise
    return host, faults


def explain(connection: Connection, name: str) -> None:
    """Ask for the plan of a statement; raises CallLogBusy if that waits for the call log."""
    if name != "find_call":
        queries.explain_statement(connection, name)
        return
    with get_look_ups().guard():
        queries.explain_statement(connection, name)
