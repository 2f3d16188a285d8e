"""Connections to the dialer's database, one kept per thread, and the one transaction of a request."""

import logging
import os
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, TypeVarTuple
from weakref import WeakValueDictionary

import pymysql
from flask import Flask, current_app
from pymysql.constants import CLIENT

from .. import counters
from ..config import DatabaseUrl
from ..errors import TLDialerConnectionError
from . import queries
from .connection import Connection, rollback_or_close, seconds_left
from .retries import WHILE_AWAY, WHILE_RETRYABLE, ConnectionLost, classify
from .schema import bring_up_to_date

log = logging.getLogger(__name__)

CONNECT_TIMEOUT = 2  # seconds, over all hosts together: the sender learns promptly that the database is away
REQUEST_SECONDS = 4.5  # for one request, retries included; platforms give up after 5

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


def init_app(app: Flask) -> None:
    app.extensions["database"] = Database(app.config["DATABASE_URL"])


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
    """The dialer's database behind one DatabaseUrl.

    Each thread keeps one connection of its own, so the workers' threads are the pool: no thread waits for another's
    connection, nor for another's attempt to connect. A forked process starts without any.
    """

    def __init__(self, url: DatabaseUrl) -> None:
        self.url = url
        self.hosts = list(url.hosts[:1] if url.unix_socket else url.hosts)
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
        when the connection was lost under way and the outcome could not be found out. While it is known that nothing
        was stored, no attempt begins that could outlast the deadline: the server would finish it, and store after a
        503.
        """
        try:
            result: Result = WHILE_RETRYABLE(self.attempt, work, args, deadline)
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

        An error of the moment or the connection becomes Retryable or ConnectionLost.
        """
        connection = self.open_connection(deadline)
        try:
            yield connection
        except BaseException as error:
            rollback_or_close(connection)
            self.raise_classified(error)
            raise

    def raise_classified(self, error: BaseException) -> None:
        """Raise Retryable or ConnectionLost for an error of the moment or the connection; return for any other."""
        if not (found := classify(error)):
            return
        kind, classified = found
        if kind == "not_writable":
            self.fail_over()
        counters.count_database_error(kind)
        log.warning("running again after: %s", error)
        raise classified from error

    def open_connection(self, deadline: float | None = None) -> Connection:
        kept = getattr(self.kept, "connection", None)
        if kept is None or self.kept.process != os.getpid() or not kept.is_usable():
            kept = self.replace_connection(deadline)
        kept.deadline = deadline
        return kept

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

    def fail_over(self) -> None:
        """Start with the next host from now on; the thread's connection to this one is closed."""
        self.hosts.append(self.hosts.pop(0))
        if self.kept.connection.open:
            self.kept.connection.close()

    def apply_schema(self, drops_unused: bool = False) -> list[str]:
        """Create missing tables, bring the service's own up to date; return a sentence for each thing done."""
        with self.connect(client_flag=CLIENT.MULTI_STATEMENTS) as connection:
            return list(bring_up_to_date(connection, drops_unused))

    def connect(self, deadline: float | None = None, client_flag: int = CLIENT.FOUND_ROWS) -> Connection:
        """Return a new connection to the first host that answers; raises TLDialerConnectionError when none does.

        FOUND_ROWS: an UPDATE counts the rows it found, also those that already had the value.
        """
        timeout = seconds_left(deadline, CONNECT_TIMEOUT) / len(self.hosts)
        reason: Exception | None = None
        for host, port in list(self.hosts):
            try:
                return self.connect_to(host, port, timeout, client_flag)
            except Exception as error:  # also of TLS, of the system, or of a library that the password needs
                counters.count_database_error("no_connection")
                log.warning("no connection to the database at %s:%s: %s", host, port, describe_error(error))
                reason = error
        raise TLDialerConnectionError from reason

    def connect_to(self, host: str, port: int, timeout: float, client_flag: int) -> Connection:
        connection = Connection(
            host=host,
            port=port,
            unix_socket=self.url.unix_socket,
            user=self.url.user,
            password=self.url.password.encode(),  # UTF-8, as the server hashed it; PyMySQL itself takes latin-1
            database=self.url.database,
            charset="utf8mb4",
            autocommit=True,
            client_flag=client_flag,
            connect_timeout=timeout,
            read_timeout=timeout,
            write_timeout=timeout,
            ssl=make_ssl_context(self.url) if self.url.ssl_ca else None,
            ssl_disabled=not self.url.ssl_ca,
        )
        queries.set_session(connection)
        return connection


def make_ssl_context(url: DatabaseUrl) -> ssl.SSLContext:
    """Return TLS as the URL wants it: the certificate must be of `ssl_ca` and, unless told otherwise, name the host."""
    context = ssl.create_default_context(cafile=url.ssl_ca)
    context.check_hostname = url.ssl_verify_identity
    if not url.ssl_verify_identity:  # certificates that MySQL made itself lack what Python 3.13 asks for by default
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def describe_error(error: Exception) -> str:
    return str(error) if isinstance(error, pymysql.Error) else f"{type(error).__name__}: {error}"
