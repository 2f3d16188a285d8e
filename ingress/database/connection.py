"""A connection to the dialer's database whose every command has a deadline."""

from __future__ import annotations

import select
import time
from typing import TYPE_CHECKING, Any

import pymysql

if TYPE_CHECKING:
    import socket

    from pymysql.cursors import Cursor

    from ..sql import Statements
    from .hosts import Host

    class BaseConnection(pymysql.connections.Connection[Cursor]):
        """PyMySQL's connection with what its published types leave out."""

        server_version: str
        _sock: socket.socket
        _read_timeout: float
        _write_timeout: float

        def _execute_command(self, command: int, sql: Any) -> None: ...
else:
    BaseConnection = pymysql.connections.Connection

IDLE_CHECK_SECONDS = 1  # a connection unused for longer is checked before it is used: the server may have closed it
ANSWER_TIMEOUT = 2  # seconds for one answer; longer than the statement and lock timeouts of sql/set_session.sql


class Connection(BaseConnection):
    """A connection that waits for no answer longer than `answer_timeout` seconds, nor beyond `deadline` (monotonic)."""

    server: Host  # the one that it is to
    statements: Statements  # those of the dialer
    deadline: float | None = None
    answer_timeout: float = ANSWER_TIMEOUT
    prepared: frozenset[str] = frozenset()  # names of the statements that the server has prepared for it
    used: float = 0  # when, on the monotonic clock

    def _execute_command(self, command: int, sql: Any) -> None:
        # The one place through which PyMySQL sends everything; its own timeouts are fixed when it connects.
        self._read_timeout = self._write_timeout = seconds_left(self.deadline, self.answer_timeout)
        self.used = time.monotonic()
        super()._execute_command(command, sql)

    def is_usable(self) -> bool:
        """Return False when either side has closed it: unread data means that the server did."""
        return self.open and (self.was_just_used() or not select.select([self._sock], [], [], 0)[0])

    def was_just_used(self) -> bool:
        return time.monotonic() < self.used + IDLE_CHECK_SECONDS

    @property
    def is_mariadb(self) -> bool:
        return "MariaDB" in self.server_version


def seconds_left(deadline: float | None, at_most: float) -> float:
    """Return the seconds until the deadline, never so few that nothing could be done at all."""
    return at_most if deadline is None else min(at_most, max(deadline - time.monotonic(), 0.05))


def rollback_or_close(connection: Connection) -> None:
    """Undo the transaction; a connection that cannot is closed, and the server then undoes it."""
    try:
        connection.rollback()
    except pymysql.Error:
        if connection.open:
            connection.close()
