"""Connections to the dialer's database, one kept per thread, and the one transaction of a request."""

import logging
import os
import ssl
import threading
import time
from contextlib import contextmanager
from weakref import WeakValueDictionary

import pymysql
from flask import current_app
from pymysql.constants import CLIENT, CR, ER
from tenacity import Retrying, retry_if_exception_type, wait_random_exponential

from .. import counters
from ..errors import TLDialerConnectionError
from . import queries
from .connection import ANSWER_TIMEOUT, Connection, abandon, time_left

log = logging.getLogger(__name__)

CONNECT_TIMEOUT = 2  # seconds, over all hosts together: the sender learns promptly that the database is away
PATIENCE = 4.5  # seconds for one request, retries included; platforms give up after 5
ATTEMPTS = 20  # far more than a deadlock ever took; PATIENCE ends the matter before
WAIT = wait_random_exponential(multiplier=0.02, max=0.3)  # seconds; the jitter parts those who met in a deadlock

# Error numbers of MariaDB and MySQL
LOST = {CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST, ER.SERVER_SHUTDOWN, CONNECTION_KILLED := 1927}
BUSY = {
    ER.LOCK_DEADLOCK,
    ER.LOCK_WAIT_TIMEOUT,
    ER.STATEMENT_TIMEOUT,
    QUERY_TIMEOUT := 3024,
    ER.UNKNOWN_STMT_HANDLER,
}
NOT_WRITABLE = {
    ER.OPTION_PREVENTS_STATEMENT,
    ER.UNKNOWN_COM_ERROR,
    READ_ONLY_TRANSACTION := 1792,
    READ_ONLY_MODE := 1836,
}


class Busy(TLDialerConnectionError):
    """Nothing was stored, and the same may well succeed now."""


class Lost(TLDialerConnectionError):
    """The connection broke under way: all is stored, or nothing, and running again finds out."""


def init_app(app):
    app.extensions["database"] = Database(app.config["DATABASE_URL"])


def get_database():
    return current_app.extensions["database"]


def get_deadline():
    """When a request that comes in now must have its answer, on the monotonic clock."""
    return time.monotonic() + PATIENCE


def run(work, *args):
    """`Database.run` with a deadline of its own, for what no request's deadline is there for."""
    return get_database().run(work, *args, deadline=get_deadline())


def stop_before_deadline(margin):
    """tenacity's rule for `Database.attempt`, whose last argument is the deadline: no attempt in its last seconds."""
    return lambda state: (
        state.attempt_number >= ATTEMPTS or time.monotonic() >= (state.args[-1] or float("inf")) - margin
    )


def retry(error, stop):
    again = retry_if_exception_type(error)
    return Retrying(retry=again, stop=stop, wait=WAIT, reraise=True, before_sleep=counters.count_database_retry)


# Made once: to make them costs as much as the call that needs no retry
WHILE_BUSY = retry(Busy, stop_before_deadline(ANSWER_TIMEOUT))
WHILE_AWAY = retry(TLDialerConnectionError, stop_before_deadline(0))


class Database:
    """The dialer's database behind one DatabaseUrl.

    Each thread keeps one connection of its own, so the workers' threads are the pool: nobody waits for another's
    connection, nor for another's attempt to connect. A forked process starts without any.
    """

    def __init__(self, url):
        self.url = url
        self.hosts = list(url.hosts[:1] if url.unix_socket else url.hosts)
        self.kept = threading.local()
        self.opened = WeakValueDictionary()  # thread to connection

    def run(self, work, *args, deadline=None):
        """Return `work(connection, *args)`, run again where that may help, until the deadline (monotonic seconds).

        The work ends with its commit, or is a single statement; when it runs again, it must recognise what it has
        stored before. Raises TLDialerConnectionError: at once when nothing could be reached, and after the deadline
        when the connection was lost under way and the outcome could not be found out. While it is known that nothing
        was stored, none is begun that could outlast the deadline: the server would finish it, and store after a 503.
        """
        try:
            return WHILE_BUSY(self.attempt, work, args, deadline)
        except Lost:
            counters.count_database_retry()
            return WHILE_AWAY(self.attempt, work, args, deadline)

    def attempt(self, work, args, deadline):
        connection = self.open_connection(deadline)
        try:
            return work(connection, *args)
        except BaseException as error:
            abandon(connection)
            self.raise_classified(error)
            raise

    def raise_classified(self, error):
        """Raise Busy or Lost for an error of the moment or the connection; return for any other."""
        code = error.args[0] if isinstance(error, pymysql.OperationalError) else None
        if code in NOT_WRITABLE:
            self.leave_host()
        if code in BUSY | NOT_WRITABLE:
            counters.count_database_error("busy" if code in BUSY else "not_writable")
            log.warning("running again after: %s", error)
            raise Busy from error
        if code in LOST or isinstance(error, pymysql.InterfaceError):
            counters.count_database_error("lost")
            log.warning("finding out after: %s", error)
            raise Lost from error

    @contextmanager
    def connection(self):
        """The thread's connection for an operator's command; lost or missing is a TLDialerConnectionError."""
        connection = self.open_connection()
        try:
            yield connection
        except BaseException as error:
            abandon(connection)
            self.raise_classified(error)
            raise

    def open_connection(self, deadline=None):
        kept = getattr(self.kept, "connection", None)
        if kept is None or self.kept.process != os.getpid() or not kept.is_usable():
            self.replace_connection(deadline)
        self.kept.connection.deadline = deadline
        return self.kept.connection

    def replace_connection(self, deadline):
        self.opened.pop(threading.get_ident(), None)
        try:
            self.kept.connection, self.kept.process = self.connect(deadline), os.getpid()
            self.opened[threading.get_ident()] = self.kept.connection
        finally:
            self.count_connections()

    def count_connections(self):
        """Only when one is replaced, which is when one is lost too: a gauge is no reason to touch each request."""
        opened = [connection() for connection in self.opened.valuerefs()]
        counters.count_connections(sum(connection.open for connection in opened if connection is not None))

    def leave_host(self):
        """Start with the next host from now on; the thread's connection to this one is given up."""
        self.hosts.append(self.hosts.pop(0))
        if self.kept.connection.open:
            self.kept.connection.close()

    def apply_schema(self):
        """Create the tables that are missing, on a connection of its own that takes many statements at once."""
        with self.connect(client_flag=CLIENT.MULTI_STATEMENTS) as connection:
            queries.create_tables(connection)

    def connect(self, deadline=None, client_flag=CLIENT.FOUND_ROWS):
        """A new connection to the first host that answers; raises TLDialerConnectionError when none does.

        FOUND_ROWS: an UPDATE counts the rows it found, also those that already had the value.
        """
        timeout = time_left(deadline, CONNECT_TIMEOUT) / len(self.hosts)
        for host, port in list(self.hosts):
            try:
                return self.connect_to(host, port, timeout, client_flag)
            except pymysql.OperationalError as error:
                counters.count_database_error("no_connection")
                log.warning("no connection to the database: %s", error)
                reason = error
        raise TLDialerConnectionError from reason

    def connect_to(self, host, port, timeout, client_flag):
        connection = Connection(
            host=host,
            port=port,
            unix_socket=self.url.unix_socket,
            user=self.url.user,
            password=self.url.password,
            database=self.url.database,
            charset="utf8mb4",
            autocommit=True,
            client_flag=client_flag,
            connect_timeout=timeout,
            read_timeout=timeout,
            write_timeout=timeout,
            ssl=ssl.create_default_context(cafile=self.url.ssl_ca) if self.url.ssl_ca else None,
            ssl_disabled=not self.url.ssl_ca,
        )
        queries.set_session(connection)
        return connection
