"""Connections to the dialer's database, one kept per thread, and the one transaction of a request."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, TypeVarTuple
from weakref import WeakValueDictionary

from flask import Flask, current_app
from pymysql.constants import CLIENT

from .. import counters
from ..config import DatabaseUrl
from ..errors import TLDialerConnectionError
from ..sql import TLDIALER, load_statements
from .connecting import describe_failure, open_connection_to
from .connection import Connection, rollback_or_close, seconds_left
from .hosts import Host, Hosts
from .retries import WHILE_AWAY, WHILE_RETRYABLE, ConnectionLost, Retryable, classify, continue_after
from .schema import bring_up_to_date

log = logging.getLogger(__name__)

CONNECT_TIMEOUT = 2  # seconds, over all hosts together: the sender learns promptly that the database is away
PROBE_TIMEOUT = 1  # seconds, for a look at a host that would be better; no request waits for it
REQUEST_SECONDS = 4.5  # for one request, retries included; platforms give up after 5

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


def init_app(app: Flask) -> None:
    app.extensions["database"] = Database(app.config["DATABASE_URL"], app.config["DIALER"])


def get_database() -> "Database":
    database: Database = current_app.extensions["database"]
    return database


def get_deadline() -> float:
    """Return when a request that comes in now must have its answer, on the monotonic clock."""
    return time.monotonic() + REQUEST_SECONDS


def run(work: Callable[[Connection, *Arguments], Result], *args: *Arguments) -> Result:
    """`Database.run` with a deadline of its own, for work that belongs to no request."""
    return get_database().run(work, *args, deadline=get_deadline())


class Database:
    """The dialer's database behind one DatabaseUrl, and the statements that it takes.

    Each thread keeps one connection of its own, so the workers' threads are the pool: no thread waits for another's
    connection, nor for another's attempt to connect. A forked process starts without any.
    """

    def __init__(self, url: DatabaseUrl, dialer: str = TLDIALER) -> None:
        self.url = url
        self.statements = load_statements(dialer)
        self.hosts = Hosts(url.hosts[:1] if url.unix_socket else url.hosts)
        self.kept = threading.local()
        self.opened: WeakValueDictionary[int, Connection] = WeakValueDictionary()  # thread to connection

    def run(
        self,
        work: Callable[[Connection, *Arguments], Result],
        *args: *Arguments,
        deadline: float | None = None,
    ) -> Result:
        """Return `work(connection, *args)`, run again where that may help, until the deadline (monotonic seconds).

        The work ends with its commit, or is a single statement; when it runs again, it must recognise what it has
        stored before. Raises TLDialerConnectionError: at once when nothing could be reached, and after the deadline
        when the connection was lost under way and the outcome could not be found out. As long as nothing
        can have been stored, no attempt begins that could outlast the deadline: the server might commit after the
        answer 503.
        """
        try:
            return self.attempt(work, args, deadline)
        except (Retryable, ConnectionLost) as error:
            return self.run_again(error, work, args, deadline)

    def run_again(
        self,
        error: TLDialerConnectionError,
        work: Callable[[Connection, *Arguments], Result],
        args: tuple[*Arguments],
        deadline: float | None,
    ) -> Result:
        """Go on after the first attempt has ended with the error."""
        try:
            result: Result = WHILE_RETRYABLE(continue_after(error, self.attempt), work, args, deadline)
        except Retryable:
            self.hosts.current.checked_until = 0  # it may be the host's own state that lets nothing through
            raise
        except ConnectionLost:
            counters.count_database_retry()
            result = WHILE_AWAY(self.attempt, work, args, deadline)
        return result

    def attempt(
        self, work: Callable[[Connection, *Arguments], Result], args: tuple[*Arguments], deadline: float | None
    ) -> Result:
        with self.connection(deadline) as connection:
            return work(connection, *args)

    @contextmanager
    def connection(self, deadline: float | None = None) -> Iterator[Connection]:
        """Yield the thread's connection; an error undoes the transaction.

        A transient error or a lost connection becomes Retryable or ConnectionLost.
        """
        connection = self.open_connection(deadline)
        try:
            yield connection
        except BaseException as error:
            rollback_or_close(connection)
            self.raise_classified(error, connection)
            raise
        if connection.server.failing_since is not None:
            connection.server.note_success()

    def raise_classified(self, error: BaseException, connection: Connection) -> None:
        """Raise Retryable or ConnectionLost for an error of the moment or the connection; return for any other."""
        if not (found := classify(error)):
            return
        kind, classified = found
        host = connection.server
        if kind == "not_writable":
            leave_host(connection)
            host.note_failure(kind, f"the database at {host} writes nothing: {error}")
        else:
            host.warn(kind, f"running again after: {error}")
        if kind == "lost":
            host.note_loss(is_timeout=isinstance(error.__context__, TimeoutError))
        counters.count_database_error(kind)
        raise classified from error

    def open_connection(self, deadline: float | None = None) -> Connection:
        kept = getattr(self.kept, "connection", None)
        if kept is None or not self.may_use(kept):
            self.close_own(kept)
            kept = self.replace_connection(deadline)
        kept.deadline = deadline
        if self.hosts.is_probe_due():
            threading.Thread(target=self.return_to_better_host, daemon=True).start()
        return kept

    def choose_host(self, deadline: float | None) -> Host:
        """Connect this thread anew, to the best host, and return that."""
        return self.replace_connection(deadline).server

    def may_use(self, kept: Connection) -> bool:
        """Return whether a thread's connection is its process's own, to the host in use, and open."""
        return self.kept.process == os.getpid() and kept.server is self.hosts.current and kept.is_usable()

    def close_own(self, kept: Connection | None) -> None:
        """Close a connection that is left; one that a forked process has inherited is still its parent's."""
        if kept is not None and kept.open and self.kept.process == os.getpid():
            kept.close()  # an error that is still being handled would keep it open, on a host that is in use no more

    def replace_connection(self, deadline: float | None) -> Connection:
        self.opened.pop(threading.get_ident(), None)
        try:
            connection = self.connect(deadline)
            self.kept.connection, self.kept.process = connection, os.getpid()
            self.opened[threading.get_ident()] = connection
            return connection
        finally:
            self.count_connections()

    def count_connections(self) -> None:
        """Count only when one is replaced, which is also when one is lost: a gauge must not cost each request."""
        opened = [connection() for connection in self.opened.valuerefs()]
        counters.count_connections(sum(connection.open for connection in opened if connection is not None))

    def apply_schema(self, drops_unused: bool = False) -> list[str]:
        """Create missing tables, bring the service's own up to date; return a sentence for each thing done."""
        with self.connect(client_flag=CLIENT.MULTI_STATEMENTS) as connection:
            return list(bring_up_to_date(connection, drops_unused))

    def connect(self, deadline: float | None = None, client_flag: int = CLIENT.FOUND_ROWS) -> Connection:
        """Return a new connection to the best host, which the process uses from now on.

        A host with drawbacks is used if there is none without; one with faults only if it was in use before, so that
        `/readyz` can name them. Raises TLDialerConnectionError when there is no such host.

        FOUND_ROWS: an UPDATE counts the rows it found, also those that already had the value.
        """
        opened, reason = self.open_until_good(deadline, client_flag)
        usable = [each for each in opened if not each.server.faults or each.server is self.hosts.current]
        best = min(usable, key=lambda each: (bool(each.server.faults), bool(each.server.drawbacks)), default=None)
        for connection in opened:
            if connection is not best:
                connection.close()
        if best is None:
            raise TLDialerConnectionError from reason
        self.hosts.use(best.server)
        return best

    def open_until_good(self, deadline: float | None, client_flag: int) -> tuple[list[Connection], Exception | None]:
        """Return a connection to each host that answers, as far as the first good one, and why the last did not."""
        timeout = seconds_left(deadline, CONNECT_TIMEOUT) / len(self.hosts.all)
        opened: list[Connection] = []
        reason: Exception | None = None
        for host in self.hosts.by_preference():
            try:
                connection = self.connect_to(host, timeout, client_flag)
                if self.hosts.are_several():
                    host.examine(connection)
            except Exception as error:  # also of TLS, of the system, or of a library that the password needs
                host.avoid()
                counters.count_database_error("no_connection")
                text = f"no connection to the database at {host}: {describe_failure(error)}"
                host.note_failure("no_connection", text)
                reason = error
                continue
            opened.append(connection)
            if host.is_good():
                break
            host.avoid()
        return opened, reason

    def connect_to(self, host: Host, timeout: float, client_flag: int = CLIENT.FOUND_ROWS) -> Connection:
        return open_connection_to(host, self.url, self.statements, timeout, client_flag)

    def return_to_better_host(self) -> None:
        """Use the first host of the URL that has not failed for a while; one that does now counts from now on."""
        for host in self.hosts.before_current():
            if not self.is_good_now(host):
                host.avoid()
            elif not host.is_avoided():
                self.hosts.use(host)
                return

    def is_good_now(self, host: Host) -> bool:
        """Ask a host; that it does not answer was said when it was left."""
        try:
            with self.connect_to(host, PROBE_TIMEOUT) as connection:
                host.examine(connection)
        except Exception:
            return False
        return host.is_good()


def leave_host(connection: Connection) -> None:
    """Use another host from now on if one works; the connection to this one is closed."""
    connection.server.avoid()
    if connection.open:
        connection.close()
