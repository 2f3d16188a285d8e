"""The part of the worker that its threads run: they find requests that have come whole, and answer them."""

import logging
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from gunicorn.http import wsgi
from gunicorn.http.message import Request
from gunicorn.workers.gthread import TConn

from .connection import SenderConnection
from .refusals import CROWDED, Refusal, RefusedResponse, make_environ, new_refusal_id, send_refusal
from .response import Response
from .threaded import ThreadedWorker

log = logging.getLogger(__name__)

LARGE_LIMIT = 32  # connections that wait while a large part of a request, or of an answer, is in our memory
READABLE = select.EPOLLIN | select.EPOLLONESHOT  # reported once, so that no other thread hears of it
WRITABLE = select.EPOLLOUT | select.EPOLLONESHOT


class ServingWorker(ThreadedWorker):
    """A connection is in `waiting`, by its descriptor, while its next request has not come whole or its last answer has
    not gone; the thread that takes it out owns it. `large` holds those that take much memory meanwhile.
    """

    def init_process(self) -> None:
        wsgi.Response = Response  # type: ignore[misc]  # gunicorn has no setting for that
        values = {name: setting.get() for name, setting in self.cfg.settings.items()}
        self.cfg.__dict__.update(values)  # found there, a setting is quicker to read
        self.poll = select.epoll()
        self.waiting: dict[int, SenderConnection] = {}  # the one that has been silent longest comes first
        self.large: set[SenderConnection] = set()
        self.ready: deque[SenderConnection] = deque()
        self.poll_lock = threading.Lock()
        super().init_process()

    def get_thread_pool(self) -> "Threads":  # type: ignore[override]  # gunicorn calls its shutdown only
        return Threads(self.cfg.threads, self.serve_all)

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

    def next_ready(self) -> SenderConnection:
        """Take a connection over which something has come; one thread polls, the others wait for their turn."""
        with self.poll_lock:
            while not self.ready:
                for number, _ in self.poll.poll():
                    if conn := self.waiting.pop(number, None):
                        self.ready.append(conn)
            return self.ready.popleft()

    def serve(self, conn: SenderConnection) -> bool:
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

    def answer(self, conn: SenderConnection) -> bool:
        """Answer one request; return whether another may follow."""
        if refusal := conn.request_buffer.framing.refusal:
            self.refuse(conn, refusal)
            return False
        conn.sock.announces_close = len(self.waiting) >= self.max_keepalived
        conn.sock.dropped_headers = conn.request_buffer.framing.dropped_headers
        is_kept = self.handle(conn) and not conn.request_buffer.ran_short
        conn.request_buffer.finish()
        return is_kept

    def handle_request(self, req: Request, conn: TConn) -> bool:
        # A sender that waited for that has been told, or the body would not be here
        req._expected_100_continue = False  # type: ignore[attr-defined]  # newer than its stubs
        return bool(super().handle_request(req, conn))

    def wait(self, conn: SenderConnection) -> None:
        if not conn.is_large():
            self.large.discard(conn)
        elif len(self.large) < LARGE_LIMIT or conn in self.large:
            self.large.add(conn)
        else:
            self.cut_off(conn, CROWDED)
            return
        conn.set_deadline(stopping=not self.alive)
        self.watch(conn)

    def watch(self, conn: SenderConnection) -> None:
        number = conn.sock.fileno()
        self.waiting[number] = conn
        is_at_once = conn.sock.unsent or conn.has_more
        self.poll.modify(number, WRITABLE if is_at_once else READABLE)

    def cut_off(self, conn: SenderConnection, refusal: Refusal) -> None:
        """Refuse a request that has begun to come, and close the connection, after the sender if it does so soon."""
        self.large.discard(conn)
        if conn.has_begun_request():
            self.refuse(conn, refusal)
            if conn.half_close():
                self.watch(conn)
                return
        elif conn.sock.unsent:
            log.warning("a connection from %s was closed: its answers were not taken", conn.address())
        self.close(conn)

    def refuse(self, conn: SenderConnection, refusal: Refusal) -> None:
        """Answer instead of the application, with a line in the access log; the logger counts it."""
        request_id = new_refusal_id()
        with suppress(OSError):  # the sender is gone
            send_refusal(conn.sock, refusal, request_id)
        environ = make_environ(conn.request_buffer.content, conn.address(), request_id)
        response = RefusedResponse(f"{refusal.status} {refusal.reason}")
        elapsed = timedelta(seconds=time.monotonic() - conn.request_buffer.began)
        self.log.access(response, (), environ, elapsed)  # type: ignore[arg-type]  # there are no real ones

    def close(self, conn: SenderConnection) -> None:
        conn.close()
        self.method_queue.defer(self.count_out, conn)

    def count_out(self, conn: SenderConnection) -> None:
        """In the main thread only, so that each connection is counted out once, whichever thread closes it."""
        self.large.discard(conn)
        if not conn.is_counted_out:
            conn.is_counted_out = True
            self.nr_conns -= 1


class Threads:
    """What gunicorn needs of an executor; the threads end with the process."""

    def __init__(self, count: int, work: Callable[[], None]) -> None:
        for _ in range(count):
            threading.Thread(target=work, daemon=True).start()

    def shutdown(self, wait: bool) -> None:
        pass
