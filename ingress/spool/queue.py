"""The queue of what came while the database was away, on this machine's disk until it is billed (`docs/spool.md`)."""

import time
from datetime import UTC, datetime
from typing import NamedTuple

from flask import current_app

from .file import SPOOL_STATEMENTS, SpoolError, SpoolFile

ROWS = 100_000  # months of a large call centre's billable calls
BATCH = 50  # entries that are read, billed and then removed together: each removal waits for the disk
REST_SECONDS, REST_LIMIT = 5, 600  # after a try that failed: doubled each time, ten minutes at most


class Entry(NamedTuple):
    """A request that is kept; `received` is ISO 8601 in UTC, `tries` failed though the database was there."""

    entry_id: int
    request_id: str
    api_id: int
    ip_address: str
    received: str
    sent: str
    tries: int
    error: str | None

    @property
    def received_at(self):
        return datetime.fromisoformat(self.received)


class Measures(NamedTuple):
    """`depth`: entries in all; `age`: seconds since the oldest came, 0 if none; `failing`: those with failed tries."""

    depth: int
    age: int
    failing: int


def init_app(app):
    folder = app.config["SPOOL"]
    app.extensions["spool"] = folder and Spool(folder)


def get_spool():
    """The Spool, or None where INGRESS_SPOOL names no folder."""
    return current_app.extensions["spool"]


def depth():
    """How many requests wait to be billed; 0 without a spool. Raises SpoolError."""
    return measure().depth


def age():
    """For how many seconds the oldest has been waiting; 0 if none. Raises SpoolError."""
    return measure().age


def measure():
    """The Measures, all 0 without a spool. Raises SpoolError."""
    spool = get_spool()
    return spool.measure() if spool else Measures(0, 0, 0)


class Spool:
    """The queue in one folder. Its methods raise SpoolError; what they have done is on the disk when they return."""

    def __init__(self, folder):
        self.file = SpoolFile(folder)

    def keep(self, delivery):
        """Add a delivery whose sender is known."""
        values = {
            "request_id": delivery.request_id,
            "api_id": delivery.api_key.api_id,
            "ip_address": delivery.ip_address,
            "received": delivery.received_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "sent": delivery.parameters.as_json(),
        }
        with self.file.open() as connection:
            if not connection.execute(SPOOL_STATEMENTS["insert_entry"], {**values, "rows": ROWS}).rowcount:
                raise SpoolError(f"it holds {ROWS} requests, as many as may be")

    def list_waiting(self, after=0, now=None):
        """Return the next entries after the one with this id, BATCH at most; leaves out those that rest at `now`."""
        values = {"after": after, "now": time.time() if now is None else now, "batch": BATCH}
        with self.file.open() as connection:
            return [Entry(*row) for row in connection.execute(SPOOL_STATEMENTS["list_waiting_entries"], values)]

    def list(self):
        """Return all entries in order of arrival."""
        with self.file.open() as connection:
            return [Entry(*row) for row in connection.execute(SPOOL_STATEMENTS["list_entries"])]

    def measure(self):
        with self.file.open() as connection:
            depth, oldest, failing = connection.execute(SPOOL_STATEMENTS["measure_entries"]).fetchone()
        age = (datetime.now(UTC) - datetime.fromisoformat(oldest)).total_seconds() if oldest else 0
        return Measures(depth, max(int(age), 0), failing)

    def let_rest(self, entry, error):
        """Count a try that failed though the database was there; it then rests, the longer the oftener."""
        rests_until = time.time() + min(REST_SECONDS * 2**entry.tries, REST_LIMIT)
        with self.file.open() as connection:
            values = {"entry_id": entry.entry_id, "error": error, "rests_until": rests_until}
            connection.execute(SPOOL_STATEMENTS["update_entry_failed"], values)

    def remove(self, entries):
        with self.file.open() as connection:
            connection.execute("BEGIN")
            connection.executemany(
                SPOOL_STATEMENTS["delete_entry"], [{"entry_id": entry.entry_id} for entry in entries]
            )
            connection.execute("COMMIT")
