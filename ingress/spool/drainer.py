"""Bills what the spool has kept, in order of arrival, as soon as the database is back (`docs/spool.md`)."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from typing import Literal, cast

from flask import Flask
from gunicorn.workers.base import Worker
from tenacity import RetryError, Retrying, sleep_using_event, stop_when_event_set, wait_random_exponential

from .. import counters
from ..billing.bill import bill_unattended
from ..database import queries
from ..database.connection import Connection
from ..database.pool import get_deadline, run
from ..database.queries import ApiKey
from ..database.readiness import get_readiness, require_ready
from ..database.retries import ConnectionLost, NotWritable, Retryable
from ..delivery import Delivery
from ..errors import IngressError, TLDialerConnectionError
from ..intake.parameters import from_json
from ..outcome import Outcome
from ..repeats import Repeats
from .file import AlreadyDraining, SpoolError
from .queue import Entry, Spool, get_spool

log = logging.getLogger(__name__)
repeats = Repeats(log)

IDLE_SECONDS = 2  # between two polls of the spool by a worker; a poll takes milliseconds
BACKOFF_WHILE_AWAY = wait_random_exponential(multiplier=1, max=15)  # seconds; the jitter parts machines
EXPECTED_ERRORS = (TLDialerConnectionError, SpoolError)  # need no traceback
STANDSTILL = 3  # entries in a row that got nowhere: it is the database then, not the entries
FAILING: Literal["failing"] = "failing"  # an entry that met a bug, and is kept
BUSY: Literal["busy"] = "busy"  # one that met a lock, or lost its connection, until its time was over, and is kept

EntryOutcome = Outcome | Literal["failing", "busy"]


def start_in_worker(worker: Worker) -> None:
    """A hook of gunicorn's: in each worker and not in the arbiter, as threads do not outlive a fork."""
    start(cast(Flask, worker.wsgi))


def start(app: Flask) -> None:
    """Drain from now on in a thread, which ends with the process; each worker has one, and they take turns."""
    if app.extensions["spool"]:
        threading.Thread(target=drain_on, args=(app, threading.Event()), name="drainer", daemon=True).start()


def drain_on(app: Flask, stopped: threading.Event) -> None:
    """Drain again and again until `stopped`, with exponential backoff while that fails."""
    drain_at_last = Retrying(
        wait=BACKOFF_WHILE_AWAY, sleep=sleep_using_event(stopped), stop=stop_when_event_set(stopped)
    )
    while not stopped.wait(IDLE_SECONDS):
        with suppress(RetryError):
            drain_at_last(drain_once, app)


def drain_once(app: Flask) -> None:
    try:
        with app.app_context(), suppress(AlreadyDraining):
            drain()
            if repeats.end("waits"):
                log.warning("the spool waits no longer")
    except Exception as error:
        is_bug = not isinstance(error, EXPECTED_ERRORS)
        repeats.warn("waits", "the spool waits: %s", error or type(error).__name__, exc_info=is_bug)
        raise


def drain(now: float | None = None) -> Counter[EntryOutcome]:
    """Bill what is in the spool; return how many entries had which outcome.

    Entries that back off after a failure are left out unless `now` (Unix time) is beyond that. Raises
    TLDialerConnectionError and leaves the rest when the database is away; AlreadyDraining; SpoolError.
    """
    spool = get_spool()
    outcomes: Counter[EntryOutcome] = Counter()
    if spool is None:
        return outcomes
    with spool.file.draining():
        entries = spool.list_waiting(now=now)
        while entries:
            outcomes.update(settle_entries(spool, entries))
            entries = spool.list_waiting(entries[-1].entry_id, now)
    return outcomes


def settle_entries(spool: Spool, entries: list[Entry]) -> Collection[EntryOutcome]:
    """Bill entries, then remove them; return their outcomes. An entry that fails stays and holds up no other.

    But when entry after entry is held up, as while a node stands still for a backup, the others are left in peace until
    the next time: each would take seconds to fail. Raises TLDialerConnectionError then, and when the database is away.
    Raises SpoolError before any is billed where none could be removed: each try would find them billed and log that.

    If the process ends in between, the entry is there the next time, and the claim in the database tells what has been
    done. The entry is then treated as a duplicate of itself, and has a line in the log for that.
    """
    spool.file.require_room()
    outcomes: dict[Entry, EntryOutcome] = {}
    try:
        for entry in entries:
            outcomes[entry] = settle_entry(spool, entry)
            if list(outcomes.values())[-STANDSTILL:] == [BUSY] * STANDSTILL:
                raise TLDialerConnectionError("the database stands still")
    finally:
        spool.remove([entry for entry, outcome in outcomes.items() if isinstance(outcome, Outcome)])
    return outcomes.values()


def settle_entry(spool: Spool, entry: Entry) -> EntryOutcome:
    """Return the outcome; an entry that a reachable database does not take is no reason to stop."""
    try:
        outcome = bill_entry(entry)
        counters.count_spool_wait(entry.seconds())
        return outcome
    except NotWritable:
        raise
    except (Retryable, ConnectionLost) as problem:
        repeats.warn(BUSY, "request %s is billed from the spool later: %s", entry.request_id, problem.__cause__)
        return keep_entry(spool, entry, problem, BUSY)
    except TLDialerConnectionError:
        raise
    except Exception as problem:
        log.exception("request %s cannot be billed from the spool", entry.request_id)
        return keep_entry(spool, entry, problem, FAILING)


def keep_entry(spool: Spool, entry: Entry, problem: Exception, outcome: EntryOutcome) -> EntryOutcome:
    get_readiness().forget()
    spool.back_off(entry, type(problem).__name__)
    return outcome


def bill_entry(entry: Entry) -> Outcome:
    """Bill an entry, or log its refusal, and return the outcome; all of that is on the database's disk.

    So is a duplicate: billing has committed a line about it, and the first one's commit with that line.
    """
    require_ready(get_deadline())
    delivery = make_delivery(entry)
    try:
        bill_unattended(delivery)
    except TLDialerConnectionError:
        raise
    except IngressError as refusal:
        return delivery.conclude(refusal.status)
    return delivery.conclude(200)


def make_delivery(entry: Entry) -> Delivery:
    """Return the delivery as it came in: with its id, which is part of its claim, its time, address and key."""
    return Delivery(
        parameters=from_json(entry.sent),
        ip_address=entry.ip_address,
        received_at=entry.received_at,
        deadline=get_deadline(),
        request_id=entry.request_id,
        began=time.monotonic() - entry.seconds(),
        api_key=run(find_entry_key, entry.api_id),
        is_late=True,
    )


def find_entry_key(connection: Connection, api_id: int) -> ApiKey:
    key = queries.find_api_key(connection, api_id)
    if key is None:
        raise LookupError(f"there is no API key {api_id} any more")
    return key
