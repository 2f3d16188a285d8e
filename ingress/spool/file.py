"""The spool's file: an SQLite database for its owner alone, of bounded size, with every commit on the disk."""

import fcntl
import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from ..sql import read_statements

BYTES_LIMIT = 256 * 1024**2  # of the file; a usual entry takes 600 bytes
PAGE_BYTES = 4096  # bytes, SQLite's own default
ENTRY_BYTES = 1_500_000  # of the largest possible entry
ROOM_BYTES = 4 * 1024**2  # on the disk: for the largest entry, written twice, or to remove a batch of entries
TURN_SECONDS = 2  # at most, for the sender of a request; a turn takes milliseconds

SPOOL_STATEMENTS = read_statements("spool")
WAIT_FOR_TURN = Retrying(
    retry=retry_if_exception_type(BlockingIOError),
    stop=stop_after_delay(TURN_SECONDS),
    wait=wait_random(0, 0.01),
    reraise=True,
)


class SpoolError(Exception):
    """The spool cannot be written or read: it is full, the disk is, or the folder is not its owner's alone."""


class AlreadyDraining(Exception):
    """Another process of this machine, or another thread of this one, is draining the spool."""


class SpoolFile:
    """The file `spool.sqlite` in a folder, and the locks beside it.

    It is opened anew for each piece of work: a kept connection would go on writing to a file that has been moved
    away. All users take turns: SQLite before 3.51.3 may lose what was committed when one connection writes and
    another resets the WAL in the same moment.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "spool.sqlite"

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A connection on which every statement is a transaction of its own; raises SpoolError."""
        with disk_errors():
            self.make_folder()
            with self.turn(), closing(self.connect()) as connection:
                prepare_file(connection)
                yield connection

    def require_room(self) -> None:
        """Raise SpoolError when the folder has no room for another write.

        The room is taken for a moment, by a file without a name: neither quotas nor a disk that cannot be written show
        in the size that the system reports.
        """
        with disk_errors():
            self.make_folder()
            with tempfile.TemporaryFile(dir=self.folder) as probe:
                os.posix_fallocate(probe.fileno(), 0, ROOM_BYTES)

    @contextmanager
    def turn(self) -> Iterator[None]:
        with open_private(self.folder / "lock") as lock:
            WAIT_FOR_TURN(take_lock, lock)
            with unlocking(lock):
                yield

    def connect(self) -> sqlite3.Connection:
        open_private(self.path).close()
        return sqlite3.connect(f"{self.path.as_uri()}?mode=rw", uri=True, isolation_level=None)

    @contextmanager
    def draining(self) -> Iterator[None]:
        """Hold the drainer's lock, which ends with the process; raises AlreadyDraining when another holds it."""
        with disk_errors():
            self.make_folder()
            lock = open_private(self.folder / "drainer.lock")
        with lock:
            try:
                take_lock(lock)
            except BlockingIOError:
                raise AlreadyDraining from None
            with unlocking(lock):
                yield

    def make_folder(self) -> None:
        """Make only the folder itself: where a volume is missing, its mount point must not take its place."""
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(self.folder.parent)
        if stat.S_IMODE(self.folder.stat().st_mode) & 0o077:
            raise SpoolError(f"others may enter {self.folder}: chmod 700")


@contextmanager
def disk_errors() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise SpoolError(str(error)) from error


def take_lock(lock: IO[bytes]) -> None:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def unlocking(lock: IO[bytes]) -> Iterator[None]:
    """Unlock at the end: closing the file would not do where a forked process has inherited it."""
    try:
        yield
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)


def prepare_file(connection: sqlite3.Connection) -> None:
    """Make the tables. FULL: a commit is on the disk, not merely with the kernel, when the statement returns."""
    for pragma in ("journal_mode = WAL", "synchronous = FULL", f"max_page_count = {BYTES_LIMIT // PAGE_BYTES}"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(SPOOL_STATEMENTS["create_entries"])
    connection.execute(SPOOL_STATEMENTS["create_failing"])


def open_private(path: Path) -> IO[bytes]:
    """Open a file that only its owner may read, made if missing; SQLite gives the files beside it the same mode."""
    return open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))


def sync_folder(folder: Path) -> None:
    """Put the folder's entries on the disk, so that they are there after a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
