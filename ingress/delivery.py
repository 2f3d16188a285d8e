"""A delivery is what a sender reports of one call: from its arrival to the log of what became of it."""

import logging
import random
import time
from dataclasses import dataclass, field
from datetime import datetime

import pymysql

from .clock import dialer_time
from .database import queries
from .database.pool import get_database
from .errors import TLDialerConnectionError
from .intake.parameters import Parameters

log = logging.getLogger(__name__)

# What became of a delivery, as the log names it
BILLED = "billed"
UNMATCHED = "unmatched"  # billed, but its call was not in the call log
REPEATED = "repeated"  # the same call had been billed before
REFUSED = "refused"  # an error of the sender
FAILED = "failed"  # an error of ours
TRIED = "tried"  # a dry run
MENDED = "mended"  # refused or failed at first, and fired again from the log since
SPOOLED = "spooled"  # kept until the database is back; the log holds what becomes of it then

LOGGED = (BILLED, UNMATCHED, REPEATED)  # by billing itself

ERROR_LIMIT = 500  # characters of an error's text that the log keeps


def new_request_id():
    """32 hex digits that are no secret, the time in milliseconds first, so that an index of them grows at its end."""
    return f"{time.time_ns() // 1_000_000:012x}{random.getrandbits(80):020x}"


@dataclass(slots=True)
class Delivery:
    """One delivery under way.

    `received_at` is aware, `deadline` on the monotonic clock. `api_key` is None until the door has let it in, `call` is
    what has been understood of it, `repeats` and `mends` name other deliveries of the log; `is_late` when calls that
    came after it may have been billed before it.
    """

    parameters: Parameters
    ip_address: str
    received_at: datetime
    deadline: float | None
    request_id: str = field(default_factory=new_request_id)
    began: float = field(default_factory=time.monotonic)
    api_key: queries.ApiKey | None = None
    call: dict = field(default_factory=dict)
    outcome: str | None = None
    repeats: int | None = None
    mends: int | None = None
    is_late: bool = False

    def seconds(self):
        """Since it arrived here."""
        return time.monotonic() - self.began

    def milliseconds(self):
        return int(self.seconds() * 1000)

    def conclude(self, status):
        """Whatever has not been told what became of it was not billed; the status tells whose error that is."""
        if self.outcome is None:
            self.outcome = FAILED if status >= 500 else REFUSED

    def origin(self):
        """The columns that are known whatever becomes of it; JSON as bytes, which are bound faster than quoted text."""
        return {
            "request_id": self.request_id,
            "api_id": self.api_key.api_id,
            "ip_address": self.ip_address,
            "received": dialer_time(self.received_at),
            "sent": self.parameters.as_json().encode(),
        }


def log_unbilled(delivery, status, error):
    """Log what was refused, failed or was a dry run; that the log cannot be written changes no answer.

    `error` is the text of the answer, None for a dry run.
    """
    try:
        log_or_raise(delivery, status, error)
    except (TLDialerConnectionError, pymysql.MySQLError) as problem:
        log.warning("request %s is not in the delivery log: %s", delivery.request_id, problem)


def log_or_raise(delivery, status, error):
    """The same for those who must know whether it is in the log: raises what the database does."""
    delivery.conclude(status)
    get_database().run(insert, delivery, delivery.outcome, status, error, deadline=delivery.deadline)


def log_repeated(connection, delivery):
    """Log a repetition, before it is answered: InnoDB shows the first one's commit a moment before that is on disk, and
    the commit of this row waits until both are, so that no answer tells of what a crash could undo."""
    insert(connection, delivery, REPEATED, 200, None)


def insert(connection, delivery, outcome, status, error):
    queries.insert_unbilled_delivery(
        connection,
        **delivery.origin(),
        outcome=outcome,
        status=status,
        error=error and storable(error)[:ERROR_LIMIT],
        call_from=delivery.call.get("cid"),
        call_to=delivery.call.get("did"),
        cost=delivery.call.get("cost"),
        call_date=delivery.call.get("call_date") and dialer_time(delivery.call["call_date"]),
        repeats=delivery.repeats,
        milliseconds=delivery.milliseconds(),
    )


def storable(text):
    """The text with halves of characters written out: an error repeats what was sent, and no database takes those."""
    return text.encode(errors="backslashreplace").decode()
