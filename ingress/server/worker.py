"""gunicorn's threaded worker, changed so that slow senders hold up no thread and a request costs less.

gthread reads requests inside its threads, so as many slow or half-sent requests as there are threads stop the intake.
And its main thread hands each request to another thread and gets it back, which costs more than some of the work in
between: the threads of a process share the GIL, which each system call releases. Here the threads find their requests
by themselves, one of them polling at a time, and make few system calls.
"""

import logging
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, ClassVar

from gunicorn.config import Config
from gunicorn.glogging import Logger
from gunicorn.http.errors import ParseException
from gunicorn.http.message import Request
from gunicorn.sock import BaseSocket
from gunicorn.workers.gthread import ThreadWorker

from . import connection_counts
from .connection import Connection
from .response import write_error

log = logging.getLogger(__name__)

YIELD_SECONDS = 0.001  # in which an idle process accepts a connection before a busy one does
REAP_SECONDS = 1  # between two looks for connections that have waited for too long
LARGE_LIMIT = 32  # connections that wait while a large part of a request, or of an answer, is in our memory
READABLE = select.EPOLLIN | select.EPOLLONESHOT  # reported once, so that no other thread hears of it
WRITABLE = select.EPOLLOUT | select.EPOLLONESHOT


class PatientWorker(ThreadWorker):
    """The main thread accepts connections and closes those that wait for too long; the other threads do the rest.

    A connection is in `waiting`, by its descriptor, while its next request has not come whole or its last answer has
    not gone; the thread that takes it out owns it. `large` holds those that take much memory meanwhile.
    """

    body_limit: ClassVar[int] = 1024 * 1024  # bytes; gunicorn.conf.py sets the application's own

    def __init__(self, *arguments: Any) -> None:
        """In the arbiter: a new process often takes the place of one that died."""
        connection_counts.remove_dead()
        super().__init__(*arguments)

    @classmethod
    def check_config(cls, cfg: Config, log: Logger) -> None:
        if cfg.is_ssl:
            raise SystemExit("This service does not speak TLS by itself: put a proxy in front (deploy/nginx.conf)")

    def init_process(self) -> None:
        values = {name: setting.get() for name, setting in self.cfg.settings.items()}
        self.cfg.__dict__.update(values)  # found there, a setting is quicker to read
        self.poll = select.epoll()
        self.waiting: dict[int, Connection] = {}
        self.large: set[Connection] = set()
        self.ready: deque[Connection] = deque()
        self.poll_lock = threading.Lock()
        self.last_reaped = time.monotonic()
        super().init_process()

    def get_thread_pool(self) -> "Threads":
        return Threads(self.cfg.threads, self.serve_all)

    def notify(self) -> None:
        super().notify()
        if self.alive:
            connection_counts.publish_count(self.age, self.nr_conns)
        else:
            connection_counts.remove_process(self.age)

    def accept(self, listener: BaseSocket) -> None:
        if not connection_counts.is_fewest(self.nr_conns):
            time.sleep(YIELD_SECONDS)
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # another process was quicker, or the sender is gone
            return
        except OSError:  # too many open files, most likely
            log.exception("cannot accept a connection")
            time.sleep(REAP_SECONDS)
            return
        self.nr_conns += 1
        conn = Connection(self.cfg, sock, client, listener.getsockname(), self.body_limit)
        self.poll.register(conn.sock, 0)
        self.watch(conn)

    def serve_all(self) -> None:
        while True:
            conn = self.next_ready()
            try:
                if self.serve(conn) or conn.half_close():
                    self.wait(conn)
                else:
                    self.close(conn)
            except OSError:  # the sender is gone
                self.close(conn)
            except Exception:
                log.exception("a connection was lost")
                self.close(conn)

    def next_ready(self) -> Connection:
        """Take a connection over which something has come; one thread polls, the others wait for their turn."""
        with self.poll_lock:
            while not self.ready:
                for number, _ in self.poll.poll():
                    if conn := self.waiting.pop(number, None):
                        self.ready.append(conn)
            return self.ready.popleft()

    def serve(self, conn: Connection) -> bool:
        """Answer a request if one has come whole; return whether there is something to wait for.

        A sender of many requests at once gets one answer a turn.
        """
        if conn.is_lingering:
            return not conn.request_buffer.discard()
        conn.sock.flush()
        if conn.may_answer():
            conn.request_buffer.fill()
            has_request = conn.request_buffer.has_request()
            if has_request:
                conn.is_last = not self.answer(conn)
            else:
                conn.request_buffer.send_continue()
            conn.has_more = has_request and conn.request_buffer.content != b""
        return bool(conn.sock.unsent) or (conn.may_answer() and (conn.has_more or not conn.request_buffer.is_ended))

    def answer(self, conn: Connection) -> bool:
        """Answer one request; return whether another may follow."""
        if refusal := conn.request_buffer.framing.refusal:
            write_error(conn.sock, *refusal)
            return False
        conn.sock.announces_close = len(self.waiting) >= self.max_keepalived
        is_kept = self.handle(conn) and not conn.request_buffer.ran_short
        conn.request_buffer.finish()
        return is_kept

    def handle_request(self, req: Request, conn: Connection) -> bool:
        req._expected_100_continue = False  # a sender that waited for that has been told, or the body would not be here
        return bool(super().handle_request(req, conn))

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """gunicorn reads what the application has not; if it cannot, the request has its answer and gets no second."""
        try:
            return bool(super()._keepalive_after(conn, keepalive))
        except ParseException:
            return False

    def wait(self, conn: Connection) -> None:
        if not conn.is_large():
            self.large.discard(conn)
        elif len(self.large) < LARGE_LIMIT or conn in self.large:
            self.large.add(conn)
        else:
            self.close(conn)
            return
        conn.set_timeout(stopping=not self.alive)
        self.watch(conn)

    def watch(self, conn: Connection) -> None:
        number = conn.sock.fileno()
        self.waiting[number] = conn
        is_at_once = conn.sock.unsent or conn.has_more
        self.poll.modify(number, WRITABLE if is_at_once else READABLE)

    def close(self, conn: Connection) -> None:
        conn.close()
        self.method_queue.defer(self.count_out, conn)

    def count_out(self, conn: Connection) -> None:
        """In the main thread only, so that each connection is counted out once, whichever thread closes it."""
        self.large.discard(conn)
        if not conn.is_counted_out:
            conn.is_counted_out = True
            self.nr_conns -= 1

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
                taken.close()
                self.count_out(taken)

    def _cap_keepalive(self, deadline: float) -> None:
        """When the worker stops, a request under way may still come to its end, but no new one is waited for."""
        for conn in self.waiting.copy().values():
            if not (conn.request_buffer.content or conn.sock.unsent):
                conn.timeout = min(conn.timeout, deadline)


class Threads:
    """What gunicorn needs of an executor; the threads end with the process."""

    def __init__(self, count: int, work: Callable[[], None]) -> None:
        for _ in range(count):
            threading.Thread(target=work, daemon=True).start()

    def shutdown(self, wait: bool) -> None:
        pass
