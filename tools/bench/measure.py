"""Reads what processes have used: processor time and memory from /proc, trips and rows from the database's counters."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tools.private_server import PrivateServer

TICK = 1_000_000 / os.sysconf("SC_CLK_TCK")  # microseconds
GONE = (FileNotFoundError, ProcessLookupError)


class Figures(NamedTuple):
    """Of one run; rates per second, times of answers in milliseconds, processor time in microseconds per request."""

    rate: float
    p50: float | None
    p99: float | None
    application: float
    database: float
    trips: float
    rows_read: float
    first_answer: float | None
    memory_before: float | None
    memory_after: float | None
    refused: float


class Usage(NamedTuple):
    """So far, or for each request: processor time in microseconds, trips to the database, rows that it read."""

    application: float
    database: float
    trips: float
    rows_read: float

    def each(self, later: "Usage", requests: int) -> "Usage":
        """Return what each request has used between this and a later reading."""
        return Usage(*((after - before) / max(requests, 1) for before, after in zip(self, later, strict=True)))


def read_usage(pids: Iterable[int], server: PrivateServer) -> Usage:
    """Return what the processes and the server have used so far; the reading itself costs a trip or two."""
    database = processor_time([server.pid])
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute("SHOW GLOBAL STATUS WHERE variable_name = 'Questions' OR variable_name LIKE 'Handler_read%'")
        counters = {name: int(value) for name, value in cursor.fetchall()}
    trips = counters.pop("Questions")
    return Usage(processor_time(pids), database, trips, sum(counters.values()))


def session_processes(session: int) -> list[int]:
    """Return the ids of all processes of a session."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(*GONE):
                if int(read_stat(int(entry.name))[3]) == session:
                    found.append(int(entry.name))
    return found


def read_stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat from the state on, which proc(5) calls the third."""
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def processor_time(pids: Iterable[int]) -> float:
    """Return the user and system time of processes in microseconds."""
    total = 0
    for pid in pids:
        with suppress(*GONE):
            total += sum(map(int, read_stat(pid)[11:13]))
    return total * TICK


def resident_memory(pids: Iterable[int]) -> float:
    """Return the memory of the largest of the processes, in megabytes."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
    return max(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6
