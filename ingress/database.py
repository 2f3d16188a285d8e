"""Connections to the dialer's database, one kept per thread, and the one transaction of a request."""

import os
import ssl
import threading
from contextlib import contextmanager

import pymysql
from flask import current_app
from pymysql.constants import CLIENT, CR, ER

from . import queries
from .errors import TLDialerConnectionError

CONNECT_TIMEOUT = 2  # seconds, over all hosts together: the sender learns promptly that the database is away
ANSWER_TIMEOUT = 4  # seconds for one answer; longer than the statement and lock timeouts of sql/set_session.sql

UNREACHABLE = {
    CR.CR_CONNECTION_ERROR,
    CR.CR_CONN_HOST_ERROR,
    CR.CR_UNKNOWN_HOST,
    CR.CR_SERVER_GONE_ERROR,
    CR.CR_SERVER_LOST,
    ER.SERVER_SHUTDOWN,
    1927,  # CONNECTION_KILLED, MariaDB's own
}


def init_app(app):
    app.extensions["database"] = Database(app.config["DATABASE_URL"])


def get_database():
    return current_app.extensions["database"]


class Database:
    """The dialer's database behind one DatabaseUrl.

    Each thread keeps one connection of its own, so the workers' threads are the pool: nobody waits for another's
    connection, nor for another's attempt to connect. A forked process starts without any.
    """

    def __init__(self, url):
        self.url = url
        self.kept = threading.local()

    @contextmanager
    def connection(self):
        """The thread's connection, outside of any transaction; raises TLDialerConnectionError when there is none."""
        with unreachable_as_503():
            yield self.open_connection()

    def transact(self, work, *args):
        """Return `work(connection, *args)`, run in one transaction: all of it is stored, or nothing."""
        with self.connection() as connection:
            connection.begin()
            try:
                result = work(connection, *args)
                connection.commit()
            except BaseException:
                abandon(connection)
                raise
            return result

    def open_connection(self):
        kept = getattr(self.kept, "connection", None)
        if kept is None or not kept.open or self.kept.process != os.getpid():
            self.kept.connection, self.kept.process = self.connect(), os.getpid()
        return self.kept.connection

    def apply_schema(self):
        """Create the tables that are missing, on a connection of its own that takes many statements at once."""
        with unreachable_as_503(), self.connect(CLIENT.MULTI_STATEMENTS) as connection:
            queries.create_tables(connection)

    def connect(self, client_flag=CLIENT.FOUND_ROWS):
        """A new connection to the first host that answers.

        FOUND_ROWS: an UPDATE counts the rows it found, also those that already had the value.
        """
        hosts = self.url.hosts[:1] if self.url.unix_socket else self.url.hosts
        for host, port in hosts[:-1]:
            try:
                return self.connect_to(host, port, CONNECT_TIMEOUT / len(hosts), client_flag)
            except pymysql.OperationalError:
                continue
        return self.connect_to(*hosts[-1], CONNECT_TIMEOUT / len(hosts), client_flag)

    def connect_to(self, host, port, timeout, client_flag):
        connection = pymysql.connect(
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
            read_timeout=ANSWER_TIMEOUT,
            write_timeout=ANSWER_TIMEOUT,
            ssl=ssl.create_default_context(cafile=self.url.ssl_ca) if self.url.ssl_ca else None,
            ssl_disabled=not self.url.ssl_ca,
        )
        queries.set_session(connection)
        return connection


@contextmanager
def unreachable_as_503():
    """Answer with the documented error when the database cannot be reached or was lost; any other error is a bug."""
    try:
        yield
    except pymysql.InterfaceError as error:  # the connection is closed
        raise TLDialerConnectionError from error
    except pymysql.OperationalError as error:
        if error.args[0] in UNREACHABLE:
            raise TLDialerConnectionError from error
        raise


def abandon(connection):
    """Undo the transaction; a connection that cannot is closed, upon which the server undoes it."""
    try:
        connection.rollback()
    except pymysql.Error:
        connection.close()
