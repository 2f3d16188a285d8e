"""Bills what the spool has kept, in order of arrival, as soon as the database is back (`docs/spool.md`)."""

import logging
import threading
from collections import Counter
from contextlib import suppress

from flask import current_app
from tenacity import RetryError, Retrying, sleep_using_event, stop_when_event_set, wait_random_exponential

from ..billing.bill import bill_unattended
from ..database import queries
from ..database.pool import get_deadline, run
from ..database.readiness import require_ready
from ..database.retries import ConnectionLost, Retryable
from ..delivery import Delivery
from ..errors import IngressError, TLDialerConnectionError
from ..intake.parameters import from_json
from ..outcome import Outcome
from .file import AlreadyDraining, SpoolError
from .queue import get_spool

log = logging.getLogger(__name__)

IDLE_SECONDS = 2  # between two looks of a worker at the spool; a look takes milliseconds
WAIT = wait_random_exponential(multiplier=1, max=15)  # seconds, while the database is away; the jitter parts machines
EXPECTED = (TLDialerConnectionError, SpoolError)  # need no traceback
FAILING = "failing"  # the outcome of an entry that met a bug, or a lock that was not given up, and is kept


def start(app):
    """Drain from now on in a thread, which ends with the process; each worker has one, and they take turns."""
    if app.extensions["spool"]:
        threading.Thread(target=drain_on, args=(app, threading.Event()), name="drainer", daemon=True).start()


def drain_on(app, stopped):
    """Drain again and again until `stopped`; while that fails, the longer the less often."""
    drain_at_last = Retrying(wait=WAIT, sleep=sleep_using_event(stopped), stop=stop_when_event_set(stopped))
    while not stopped.wait(IDLE_SECONDS):
        with suppress(RetryError):
            drain_at_last(drain_once, app)


def drain_once(app):
    try:
        with app.app_context(), suppress(AlreadyDraining):
            drain()
    except Exception as error:
        log.warning("the spool waits: %s", error or type(error).__name__, exc_info=not isinstance(error, EXPECTED))
        raise


def drain(now=None):
    """Bill what is in the spool; return a Counter of what became of it.

    Entries that rest after they failed are left out unless `now` (Unix time) is beyond their rest. Raises
    TLDialerConnectionError and leaves the rest when the database is away, AlreadyDraining, SpoolError.
    """
    spool = get_spool()
    outcomes = Counter()
    with spool.file.draining():
        entries = spool.list_waiting(now=now)
        while entries:
            outcomes.update(settle(spool, entries))
            entries = spool.list_waiting(entries[-1].entry_id, now)
    return outcomes


def settle(spool, entries):
    """Bill entries, then remove them; return their outcomes. One that fails stays and lets the others pass.

    Whatever ends the process in between, an entry is there the next time, and the claim in the database tells what has
    been done. It then is its own repetition, and has a line in the log for that.
    """
    outcomes = {}
    try:
        for entry in entries:
            outcomes[entry] = settle_one(spool, entry)
    finally:
        spool.remove([entry for entry, outcome in outcomes.items() if outcome != FAILING])
    return outcomes.values()


def settle_one(spool, entry):
    """Return the outcome. A database that can be reached and does not get this one done is no reason to stop."""
    try:
        return deliver(entry)
    except Exception as problem:
        if isinstance(problem, TLDialerConnectionError) and not isinstance(problem, Retryable | ConnectionLost):
            raise
        log.exception("request %s cannot be billed from the spool", entry.request_id)
        current_app.extensions["readiness"].forget()
        spool.let_rest(entry, type(problem).__name__)
        return FAILING


def deliver(entry):
    """Bill, or log what was refused, and return the outcome; all that the entry has led to is on the database's disk.

    A repetition is among that: billing has committed a line about it, and the first one's commit with that line.
    """
    require_ready(get_deadline())
    delivery = make_delivery(entry)
    try:
        bill_unattended(delivery)
    except TLDialerConnectionError:
        raise
    except IngressError:
        pass  # it is in the delivery log
    return delivery.outcome or Outcome.FAILED


def make_delivery(entry):
    """The delivery as it came in: with its id, which is part of what it is known by, its time, address and key."""
    return Delivery(
        parameters=from_json(entry.sent),
        ip_address=entry.ip_address,
        received_at=entry.received_at,
        deadline=get_deadline(),
        request_id=entry.request_id,
        api_key=run(find_key, entry.api_id),
        is_late=True,
    )


def find_key(connection, api_id):
    key = queries.find_api_key(connection, api_id)
    if key is None:
        raise LookupError(f"there is no API key {api_id} any more")
    return key
