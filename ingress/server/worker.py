"""gunicorn's threaded worker, changed so that slow senders hold up no thread and a request costs less.

gthread reads requests inside its threads, so as many slow or half-sent requests as there are threads stop the intake.
And its main thread hands each request to another thread and gets it back, which costs more than some of the work in
between: the threads of a process share the GIL, which each system call releases. Here the threads find their requests
by themselves, one of them polling at a time, and make few system calls.
"""

import logging
import socket
import sys
import time
from types import FrameType
from typing import Any, ClassVar

from . import process_table
from .connection import SenderConnection
from .refusals import CROWDED, STALLED
from .serving import ServingWorker

log = logging.getLogger(__name__)

YIELD_SECONDS = 0.001  # in which an idle process accepts a connection before a busy one does
REAP_SECONDS = 1  # between two looks for connections that have waited for too long
PAUSE_SECONDS = 0.1  # when no connection can be accepted
SPARE_DESCRIPTORS = 32  # for the database, files and imports, where the table of descriptors is small
HANDOVER_SECONDS = 10  # for a new process to start; the old one accepts connections until then
HANDOVER_STEP_SECONDS = 0.02


class PatientWorker(ServingWorker):
    """The main thread accepts connections and closes those that wait for too long; the other threads do the rest."""

    alive: bool
    body_limit: ClassVar[int] = 1024 * 1024  # bytes; gunicorn.conf.py sets the application's own

    def __init__(self, *arguments: Any) -> None:
        """In the arbiter."""
        super().__init__(*arguments)
        process_table.remove_dead()  # a new process often takes the place of one that died
        process_table.add_starting(self.age)
        self.worker_connections = sys.maxsize  # gunicorn would stop accepting there; here an old connection makes room
        self.connection_limit = self.cfg.worker_connections
        self.leaves_at: float | None = None  # on the monotonic clock

    def init_process(self) -> None:
        process_table.set_pid(self.age)
        self.last_reaped = time.monotonic()
        try:
            super().init_process()
        finally:
            process_table.remove(self.age)

    def notify(self) -> None:
        super().notify()
        if self.alive:
            process_table.set_connections(self.age, self.nr_conns)
        else:
            process_table.remove(self.age)

    def accept(self, listener: socket.socket) -> None:
        if not process_table.is_fewest(self.nr_conns):
            time.sleep(YIELD_SECONDS)
        while self.nr_conns >= self.connection_limit and self.make_room():
            pass
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # another process was quicker, or the sender is gone
            return
        except OSError as error:  # too many open files, most likely
            self.connection_limit = max(self.nr_conns - SPARE_DESCRIPTORS, self.cfg.threads)
            log.warning("cannot accept a connection: %s; from now on there may be %d", error, self.connection_limit)
            time.sleep(PAUSE_SECONDS)
            return
        self.nr_conns += 1
        conn = SenderConnection(self.cfg, sock, client, listener.getsockname(), self.body_limit)
        self.poll.register(conn.sock, 0)
        self.watch(conn)

    def make_room(self) -> bool:
        """Close the connection that has been silent longest; False when all are at work."""
        for number in self.waiting.copy():
            conn = self.waiting.pop(number, None)
            if conn and conn.has_unread():
                self.watch(conn)
            elif conn:
                if conn.has_begun_request():
                    self.refuse(conn, CROWDED)
                conn.close()
                self.count_out(conn)
                return True
        return False

    def murder_keepalived(self, force: bool = False) -> None:
        """Close connections that have waited for too long, or all."""
        now = time.monotonic()
        if now < self.last_reaped + REAP_SECONDS and not force:
            return
        self.last_reaped = now
        for number, conn in self.waiting.copy().items():
            if conn.timeout > now and not force:
                continue
            taken = self.waiting.pop(number, None)
            if taken and not force and (taken.timeout > now or taken.has_unread()):
                self.watch(taken)  # it has been served since, or all threads are at work
            elif taken:
                self.cut_off(taken, STALLED)

    def _cap_keepalive(self, deadline: float) -> None:
        """When the worker stops, a request under way may still come to its end, but no new one is waited for."""
        for conn in self.waiting.copy().values():
            if not (conn.request_buffer.content or conn.sock.unsent):
                conn.timeout = min(conn.timeout, deadline)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, but at a reload only when the process that comes next accepts connections."""
        if self.booted and self.leaves_at is None and process_table.is_any_starting(besides=self.age):
            self.leaves_at = time.monotonic() + HANDOVER_SECONDS
            self.method_queue.defer(lambda: None)
        elif self.leaves_at is None:
            super().handle_exit(sig, frame)

    def wait_for_and_dispatch_events(self, timeout: float | None) -> None:
        if self.leaves_at is not None and self.alive:
            timeout = HANDOVER_STEP_SECONDS
            if time.monotonic() > self.leaves_at or not process_table.is_any_starting(besides=self.age):
                self.alive = False
                return
        super().wait_for_and_dispatch_events(timeout)
