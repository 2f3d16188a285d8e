"""A connection to the dialer's database that keeps nobody waiting, and how to leave it clean."""

import select
import time

import pymysql

QUIET_SECONDS = 1  # after which a kept connection is looked at before it is used: the server may have closed it
ANSWER_TIMEOUT = 2  # seconds for one answer; longer than the statement and lock timeouts of sql/set_session.sql


class Connection(pymysql.connections.Connection):
    """A connection on which no answer is awaited longer than ANSWER_TIMEOUT, nor beyond `deadline` (monotonic)."""

    deadline = None
    prepared = frozenset()  # names of the statements that the server has prepared for it
    used = 0  # when, on the monotonic clock

    def _execute_command(self, command, sql):
        # The one place through which PyMySQL sends everything; its own timeouts are fixed when it connects.
        self._read_timeout = self._write_timeout = time_left(self.deadline, ANSWER_TIMEOUT)
        self.used = time.monotonic()
        super()._execute_command(command, sql)

    def is_usable(self):
        """False when it was closed, by us or by the server: nothing may have come from it that nobody asked for."""
        return self.open and (self.was_just_used() or not select.select([self._sock], [], [], 0)[0])

    def was_just_used(self):
        return time.monotonic() < self.used + QUIET_SECONDS

    @property
    def is_mariadb(self):
        return "MariaDB" in self.server_version


def time_left(deadline, at_most):
    """Seconds until the deadline, never so few that nothing could be done at all."""
    return at_most if deadline is None else min(at_most, max(deadline - time.monotonic(), 0.05))


def abandon(connection):
    """Undo the transaction; a connection that cannot is closed, upon which the server undoes it."""
    try:
        connection.rollback()
    except pymysql.Error:
        if connection.open:
            connection.close()
