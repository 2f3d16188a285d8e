"""Which errors of the database may run again, and how often: nothing was stored, or running again finds out."""

import time
from collections.abc import Callable
from typing import Any

import pymysql
from pymysql.constants import CR, ER
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from .. import counters
from ..errors import TLDialerConnectionError
from .connection import ANSWER_TIMEOUT

ATTEMPTS = 20  # far more than a deadlock ever took; the deadline ends the matter before
BACKOFF = wait_random_exponential(multiplier=0.02, max=0.3)  # seconds; the jitter parts those that met in a deadlock

# Error numbers of MariaDB, MySQL (3000s too) and TiDB (8000s, 9000s); for what TiDB's mean see its "Error Codes and
# Troubleshooting". An error goes into the first group only if nothing can have been stored.
RETRYABLE = {
    ER.LOCK_DEADLOCK,  # Galera also says so when another node has changed the same row first
    ER.LOCK_WAIT_TIMEOUT,
    ER.STATEMENT_TIMEOUT,
    QUERY_TIMEOUT := 3024,
    ER.UNKNOWN_STMT_HANDLER,
    ER.CHECKREAD,  # MariaDB since 11.6 under REPEATABLE READ, which our sessions do not have; undone like a deadlock
    ROLLED_BACK_BY_GROUP := 3101,  # Group Replication: another member has changed the same row first
    # TiDB: undone, and "the application can safely retry the whole transaction"
    TIDB_COMMIT_CONFLICT := 8002,
    TIDB_ROLLED_BACK := 8022,
    TIDB_SCHEMA_CHANGED := 8028,
    # TiDB: the statement could not lock or read what it wanted, before anything was committed
    TIDB_LOCK_TIMEOUT := 9004,
    TIDB_SNAPSHOT_GONE := 9006,
    TIDB_WRITE_CONFLICT := 9007,
}
# A statement that has waited for a lock, or run, for longer than it may
TOOK_TOO_LONG = {ER.LOCK_WAIT_TIMEOUT, ER.STATEMENT_TIMEOUT, QUERY_TIMEOUT}
# The host writes nothing now, and another one may
NOT_WRITABLE = {
    ER.OPTION_PREVENTS_STATEMENT,
    ER.UNKNOWN_COM_ERROR,  # Galera: not ready, or without a quorum
    READ_ONLY_TRANSACTION := 1792,
    READ_ONLY_MODE := 1836,
    REFUSED_BY_HOOK := 3100,  # Group Replication, before the commit: the member has left its group, or has no quorum
}
# The connection broke, or the error can come as late as in COMMIT, and says nothing about what became of it
LOST = {
    CR.CR_SERVER_GONE_ERROR,
    CR.CR_SERVER_LOST,
    ER.SERVER_SHUTDOWN,
    CONNECTION_KILLED := 1927,
    ER.QUERY_INTERRUPTED,  # KILL QUERY: the statement that bills in one trip may have passed its COMMIT
    ER.ERROR_DURING_COMMIT,  # also Group Replication's answer when another member has changed the same row first
    # TiDB's storage did not answer in time, was too busy or not there; nothing is promised about what it did
    TIDB_PLACEMENT_TIMEOUT := 9001,
    TIDB_STORAGE_TIMEOUT := 9002,
    TIDB_STORAGE_BUSY := 9003,
    TIDB_REGION_AWAY := 9005,
}


class Retryable(TLDialerConnectionError):
    """Nothing was stored, and the same may well succeed now."""


class NotWritable(Retryable):
    """The host writes nothing now: no fault of the work, and no other work would fare better there."""


class ConnectionLost(TLDialerConnectionError):
    """The connection broke under way, or COMMIT failed: all is stored, or nothing, and running again finds out."""


def error_number(error: BaseException) -> int | None:
    """Return the number of a database's operational error; None for any other error."""
    return error.args[0] if isinstance(error, pymysql.OperationalError) else None


def classify(error: BaseException) -> tuple[str, type[TLDialerConnectionError]] | None:
    """Return the kind of an error of the moment or the connection (`counters.ERROR_KINDS`) and its class, or None."""
    number = error_number(error)
    if number in NOT_WRITABLE:
        return "not_writable", NotWritable
    if number in RETRYABLE:
        return "busy", Retryable
    if number in LOST or isinstance(error, pymysql.InterfaceError):
        return "lost", ConnectionLost
    return None


def stop_before_deadline(margin: float) -> Callable[[RetryCallState], bool]:
    """tenacity's rule for `Database.attempt`, whose last argument is the deadline: no attempt in its last seconds."""
    return lambda state: (
        state.attempt_number >= ATTEMPTS or time.monotonic() >= (state.args[-1] or float("inf")) - margin
    )


def retry_on(error: type[TLDialerConnectionError], stop: Callable[[RetryCallState], bool]) -> Retrying:
    retry = retry_if_exception_type(error)
    return Retrying(retry=retry, stop=stop, wait=BACKOFF, reraise=True, before_sleep=counters.count_database_retry)


def continue_after(error: TLDialerConnectionError, attempt: Callable[..., Any]) -> Callable[..., Any]:
    """Return what tenacity is to repeat: the first attempt, made without it, has ended with the error.

    Most work needs no second attempt, and to be ready for one took a hundredth of a request's time.
    """
    errors = [error]

    def raise_first(*args: Any) -> Any:
        if errors:
            raise errors.pop()
        return attempt(*args)

    return raise_first


# Made once: to make them costs as much as the call that needs no retry
WHILE_RETRYABLE = retry_on(Retryable, stop_before_deadline(ANSWER_TIMEOUT))
WHILE_AWAY = retry_on(TLDialerConnectionError, stop_before_deadline(0))
