"""How a connection is opened: the driver's options, TLS and our session."""

import ssl

import pymysql

from ..config import DatabaseUrl
from ..sql import Statements
from . import queries
from .connection import Connection
from .hosts import Host


def open_connection_to(
    host: Host, url: DatabaseUrl, statements: Statements, timeout: float, client_flag: int
) -> Connection:
    """Return a new connection; raises any error of the driver, of TLS, of the system, or of a missing library."""
    connection = Connection(
        host=host.address,
        port=host.port,
        unix_socket=url.unix_socket,
        user=url.user,
        password=url.password.encode(),  # UTF-8, as the server hashed it; PyMySQL itself takes latin-1
        database=url.database,
        charset="utf8mb4",
        autocommit=True,
        client_flag=client_flag,
        connect_timeout=timeout,
        read_timeout=timeout,
        write_timeout=timeout,
        ssl=make_ssl_context(url) if url.ssl_ca else None,
        ssl_disabled=not url.ssl_ca,
    )
    connection.server = host
    connection.statements = statements
    queries.set_session(connection)
    return connection


def make_ssl_context(url: DatabaseUrl) -> ssl.SSLContext:
    """Return TLS as the URL wants it: the certificate must be of `ssl_ca` and, unless told otherwise, name the host."""
    context = ssl.create_default_context(cafile=url.ssl_ca)
    context.check_hostname = url.ssl_verify_identity
    if not url.ssl_verify_identity:  # certificates that MySQL made itself lack what Python 3.13 asks for by default
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def describe_failure(error: Exception) -> str:
    return str(error) if isinstance(error, pymysql.Error) else f"{type(error).__name__}: {error}"
