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
from ..repeats import Repeats

repeats = Repeats(logging.getLogger(__name__))

ERROR_LIMIT = 500  # characters of an error's text that the log keeps


def try_to_log(delivery: Delivery, status: int, error: str | None) -> None:
    """Log a delivery that billed nothing; when the log cannot be written, the answer stays as it is.

    `error` is the text of the answer, None for a dry run.
    """
    try:
        log_unbilled(delivery, status, error)
    except (TLDialerConnectionError, pymysql.MySQLError) as problem:
        repeats.warn("not logged", "request %s is not in the delivery log: %s", delivery.request_id, problem)


def log_unbilled(delivery: Delivery, status: int, error: str | None) -> None:
    """Log a delivery that billed nothing; raises what the database raises."""
    outcome = delivery.conclude(status)
    get_database().run(insert, delivery, outcome, status, error, deadline=delivery.deadline)


def log_settled(connection: Connection, delivery: Delivery, outcome: Outcome, cost_id: int | None = None) -> int:
    """Log a duplicate, or what is done in its place, before it is answered; return the id in the log.

    InnoDB shows the first delivery's commit a moment before that is on disk. The commit of this row waits until both
    are, so that no answer tells of a cost that a crash could undo.
    """
    return insert(connection, delivery, outcome, 200, None, cost_id)


def insert(
    connection: Connection,
    delivery: Delivery,
    outcome: Outcome,
    status: int,
    error: str | None,
    cost_id: int | None = None,
) -> int:
    understood = delivery.understood
    return queries.insert_unbilled_delivery(
        connection,
        delivery.origin(),
        outcome=outcome,
        status=status,
        error=error and storable(delivery.parameters.mask(error))[:ERROR_LIMIT],
        call_from=understood.cid,
        call_to=understood.did,
        cost=understood.cost,
        call_date=understood.call_date and dialer_time(understood.call_date),
        duplicate_of=delivery.duplicate_of,
        milliseconds=delivery.milliseconds(),
        cost_id=cost_id,
        replay_of=delivery.replay_of if cost_id else None,
    )


def storable(text: str) -> str:
    """Return the text with lone surrogates written out: an error may quote them, and no database takes them."""
    return text.encode(errors="backslashreplace").decode()
