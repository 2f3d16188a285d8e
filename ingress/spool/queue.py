"""The queue of what came while the database was away, on this machine's disk until it is billed (`docs/spool.md`)."""

import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from flask import Flask, current_app

from ..delivery import Delivery
from .file import BYTES_LIMIT, ENTRY_BYTES, PAGE_BYTES, SPOOL_STATEMENTS, SpoolError, SpoolFile

ROWS_LIMIT = 100_000  # months of a large call centre's billable calls
BATCH_ENTRIES = 50  # entries that are read, billed and then removed together: each removal waits for the disk
BACKOFF_SECONDS, BACKOFF_LIMIT = 5, 600  # after a failed attempt: doubled each time, ten minutes at most


class Entry(NamedTuple):
    """A request that is kept; `received` is ISO 8601 in UTC, `tries` counts failures while the database was there."""

    entry_id: int
    request_id: str
    api_id: int
    ip_address: str
    received: str
    sent: str
    tries: int
    error: str | None

    @property
    def received_at(self) -> datetime:
        return datetime.fromisoformat(self.received)

    def seconds(self) -> float:
        """Return the seconds since it came."""
        return max((datetime.now(UTC) - self.received_at).total_seconds(), 0)


class Measures(NamedTuple):
    """`depth`: entries in all; `age`: seconds since the oldest came, 0 if none; `failing`: those with failed tries."""

    depth: int
    age: int
    failing: int


def init_app(app: Flask) -> None:
    folder = app.config["SPOOL"]
    app.extensions["spool"] = folder and Spool(folder)


def get_spool() -> "Spool | None":
    """The Spool, or None where INGRESS_SPOOL names no folder."""
    spool: Spool | None = current_app.extensions["spool"]
    return spool


def measure() -> Measures:
    """The Measures, all 0 without a spool. Raises SpoolError."""
    spool = get_spool()
    return spool.measure() if spool else Measures(0, 0, 0)


class Spool:
    """The queue in one folder. Its methods raise SpoolError; what they have done is on the disk when they return."""

    def __init__(self, folder: Path) -> None:
        self.file = SpoolFile(folder)

    def keep(self, delivery: Delivery) -> None:
        """Add a delivery whose sender is known."""
        values = {
            "request_id": delivery.request_id,
            "api_id": delivery.sender.api_id,
            "ip_address": delivery.ip_address,
            "received": delivery.received_at.astimezone(UTC).isoformat(timespec="microseconds"),
            "sent": delivery.parameters.as_json(),
        }
        with self.file.open() as connection:
            if not connection.execute(SPOOL_STATEMENTS["insert_entry"], {**values, "rows": ROWS_LIMIT}).rowcount:
                raise SpoolError(f"it is full with {ROWS_LIMIT} requests")

    def inspect(self) -> tuple[Measures | None, str | None]:
        """Return the Measures, and why the spool can take nothing; None stands for what is not known or not so."""
        fault = self.find_fault()
        try:
            with self.file.open() as connection:
                measures = read_measures(connection)
                pages = connection.execute(SPOOL_STATEMENTS["count_pages"]).fetchone()[0]
        except SpoolError as error:
            return None, fault or str(error)
        if measures.depth >= ROWS_LIMIT or pages * PAGE_BYTES > BYTES_LIMIT - ENTRY_BYTES:
            fault = fault or f"it is full with {measures.depth} requests"
        return measures, fault

    def find_fault(self) -> str | None:
        """Return why the disk has no room; None if it has."""
        try:
            self.file.require_room()
        except SpoolError as error:
            return str(error)
        return None

    def list_waiting(self, after: int = 0, now: float | None = None) -> list[Entry]:
        """Return the next BATCH_ENTRIES entries after the one with this id, without those that back off at `now`."""
        values = {"after": after, "now": time.time() if now is None else now, "batch": BATCH_ENTRIES}
        with self.file.open() as connection:
            return [Entry(*row) for row in connection.execute(SPOOL_STATEMENTS["list_waiting_entries"], values)]

    def list_all(self) -> list[Entry]:
        """Return all entries in order of arrival."""
        with self.file.open() as connection:
            return [Entry(*row) for row in connection.execute(SPOOL_STATEMENTS["list_entries"])]

    def measure(self) -> Measures:
        with self.file.open() as connection:
            return read_measures(connection)

    def find_last_arrivals(self) -> dict[int, datetime]:
        """Return when the last entry of each API id came; ids without entries are left out."""
        with self.file.open() as connection:
            rows = connection.execute(SPOOL_STATEMENTS["list_last_arrivals"]).fetchall()
        return {api_id: datetime.fromisoformat(received) for api_id, received in rows}

    def back_off(self, entry: Entry, error: str) -> None:
        """Count a failure while the database was there; the entry then waits, with exponential backoff."""
        waits_until = time.time() + min(BACKOFF_SECONDS * 2**entry.tries, BACKOFF_LIMIT)
        with self.file.open() as connection:
            values = {"entry_id": entry.entry_id, "error": error, "waits_until": waits_until}
            connection.execute(SPOOL_STATEMENTS["update_entry_failed"], values)

    def remove(self, entries: list[Entry]) -> None:
        with self.file.open() as connection:
            connection.execute("BEGIN")
            connection.executemany(
                SPOOL_STATEMENTS["delete_entry"], [{"entry_id": entry.entry_id} for entry in entries]
            )
            connection.execute("COMMIT")


def read_measures(connection: sqlite3.Connection) -> Measures:
    depth, oldest, failing = connection.execute(SPOOL_STATEMENTS["measure_entries"]).fetchone()
    age = (datetime.now(UTC) - datetime.fromisoformat(oldest)).total_seconds() if oldest else 0
    return Measures(depth, max(int(age), 0), failing)
