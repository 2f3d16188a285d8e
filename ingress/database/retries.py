"""Which errors of the database may run again, and how often: nothing was stored, or running again finds out."""

import time
from collections.abc import Callable

import pymysql
from pymysql.constants import CR, ER
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

from .. import counters
from ..errors import TLDialerConnectionError
from .connection import ANSWER_TIMEOUT

ATTEMPTS = 20  # far more than a deadlock ever took; the deadline ends the matter before
BACKOFF = wait_random_exponential(multiplier=0.02, max=0.3)  # seconds; the jitter parts those that met in a deadlock

# Error numbers of MariaDB and MySQL
LOST = {CR.CR_SERVER_GONE_ERROR, CR.CR_SERVER_LOST, ER.SERVER_SHUTDOWN, CONNECTION_KILLED := 1927}
RETRYABLE = {
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


class Retryable(TLDialerConnectionError):
    """Nothing was stored, and the same may well succeed now."""


class ConnectionLost(TLDialerConnectionError):
    """The connection broke under way: everything is stored, or nothing, and running again finds out."""


def error_number(error: BaseException) -> int | None:
    """Return the number of a database's operational error; None for any other error."""
    return error.args[0] if isinstance(error, pymysql.OperationalError) else None


def classify(error: BaseException) -> tuple[str, type[TLDialerConnectionError]] | None:
    """Return the kind of an error of the moment or the connection (`counters.ERROR_KINDS`) and its class, or None."""
    number = error_number(error)
    if number in NOT_WRITABLE:
        return "not_writable", Retryable
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


# Made once: to make them costs as much as the call that needs no retry
WHILE_RETRYABLE = retry_on(Retryable, stop_before_deadline(ANSWER_TIMEOUT))
WHILE_AWAY = retry_on(TLDialerConnectionError, stop_before_deadline(0))
