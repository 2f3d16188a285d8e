"""What was told to whom, kept between two runs in a small file, which needs no database and no room on a full disk."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO

from .alarm import Alarm

FILE_BYTES = 64 * 1024  # from the beginning: a full disk is an alarm, and must not make each run tell it again


class MemoryInUse(Exception):
    """Another run of the command is under way on this machine."""


@dataclass
class Memory:
    """`told`: for each address the titles of the alarms that it believes to be on, by name; times are naive."""

    told: dict[str, dict[str, str]] = field(default_factory=dict)
    away: datetime | None = None

    def note(self, address: str, started: list[Alarm], ended: list[str]) -> None:
        known = self.told.setdefault(address, {})
        known.update({alarm.name: alarm.title for alarm in started})
        for name in ended:
            del known[name]

    def forget_others(self, addresses: list[str]) -> None:
        self.told = {address: known for address, known in self.told.items() if address in addresses}

    def as_json(self) -> str:
        return json.dumps({"told": self.told, "away": self.away and self.away.isoformat()}, indent=1)


def read_memory(text: str) -> Memory:
    """Return an empty Memory for a file that is new, or was cut: alarms are then told once more."""
    try:
        kept = json.loads(text)
        return Memory(kept["told"], kept["away"] and datetime.fromisoformat(kept["away"]))
    except (ValueError, KeyError, TypeError):
        return Memory()


@contextmanager
def open_memory(path: Path) -> Iterator[Memory]:
    """Yield what was told, and keep what it is then, also after an error. Raises MemoryInUse and OSError."""
    with open_for_owner(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise MemoryInUse from None
        if os.fstat(file.fileno()).st_size == 0:
            write_over(file, Memory())
        memory = read_memory(file.read())
        try:
            yield memory
        finally:
            write_over(file, memory)


def open_for_owner(path: Path) -> IO[str]:
    path.touch(mode=0o600)
    return path.open("r+", encoding="utf-8")


def write_over(file: IO[str], memory: Memory) -> None:
    """Write into the blocks that the file has, on the disk before this returns."""
    file.seek(0)
    file.write(memory.as_json().ljust(FILE_BYTES))
    file.flush()
    os.fsync(file.fileno())
    file.seek(0)
