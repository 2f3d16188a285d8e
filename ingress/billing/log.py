"""The delivery log of what billing has not written itself: refusals, failures, dry runs and duplicates."""

import logging

import pymysql

from ..clock import dialer_time
from ..database import queries
from ..database.connection import Connection
from ..database.pool import get_database
from ..delivery import Delivery
from ..errors import TLDialerConnectionError
from ..outcome import Outcome

log = logging.getLogger(__name__)

ERROR_LIMIT = 500  # characters of an error's text that the log keeps


def try_to_log(delivery: Delivery, status: int, error: str | None) -> None:
    """Log a delivery that billed nothing; when the log cannot be written, the answer stays as it is.

    `error` is the text of the answer, None for a dry run.
    """
    try:
        log_unbilled(delivery, status, error)
    except (TLDialerConnectionError, pymysql.MySQLError) as problem:
        log.warning("request %s is not in the delivery log: %s", delivery.request_id, problem)


def log_unbilled(delivery: Delivery, status: int, error: str | None) -> None:
    """Log a delivery that billed nothing; raises what the database raises."""
    outcome = delivery.conclude(status)
    get_database().run(insert, delivery, outcome, status, error, deadline=delivery.deadline)


def log_duplicate(connection: Connection, delivery: Delivery) -> None:
    """Log a duplicate before it is answered.

    InnoDB shows the first delivery's commit a moment before that is on disk. The commit of this row waits until both
    are, so that no answer tells of a cost that a crash could undo.
    """
    insert(connection, delivery, Outcome.DUPLICATE, 200, None)


def insert(connection: Connection, delivery: Delivery, outcome: Outcome, status: int, error: str | None) -> None:
    understood = delivery.understood
    queries.insert_unbilled_delivery(
        connection,
        delivery.origin(),
        outcome=outcome,
        status=status,
        error=error and storable(error)[:ERROR_LIMIT],
        call_from=understood.cid,
        call_to=understood.did,
        cost=understood.cost,
        call_date=understood.call_date and dialer_time(understood.call_date),
        duplicate_of=delivery.duplicate_of,
        milliseconds=delivery.milliseconds(),
    )


def storable(text: str) -> str:
    """Return the text with lone surrogates written out: an error may quote them, and no database takes them."""
    return text.encode(errors="backslashreplace").decode()
