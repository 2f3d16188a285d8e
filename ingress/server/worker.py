"""gunicorn's threaded worker, made patient and lean: a request takes a thread only once all of it has come.

By itself gthread reads requests inside its threads, and as many slow or half-sent requests as there are threads stop
the intake. And its main thread hands each request to another thread and gets it back, which costs more than some of
what is done in between: the threads of a process take turns, and whoever calls the system gives its turn away. Here
the threads find their requests by themselves, one of them looking out at a time, and call the system seldom.
"""

import logging
import select
import threading
import time
from collections import deque

from gunicorn.workers.gthread import ThreadWorker

from . import (
    balance,
    outbox,  # noqa: F401 - replaces gunicorn's answers
)
from .connection import Connection

log = logging.getLogger(__name__)

YIELD_SECONDS = 0.001  # in which an idle process accepts a connection before a busy one does
LOOK_SECONDS = 1  # between two looks for connections that have waited for too long
SOMETHING_CAME = select.EPOLLIN | select.EPOLLONESHOT  # told once, so that no other thread hears of it


class PatientWorker(ThreadWorker):
    """The main thread accepts connections and closes those that wait for too long; the other threads do the rest.

    A connection is in `waiting`, by its number, while its next request has not come whole; who takes it out owns it.
    """

    def init_process(self):
        vars(self.cfg).update({name: setting.get() for name, setting in self.cfg.settings.items()})  # quicker to read
        self.arrivals = select.epoll()
        self.waiting = {}
        self.ready = deque()
        self.lookout = threading.Lock()
        self.looked = time.monotonic()
        super().init_process()

    def get_thread_pool(self):
        return Threads(self.cfg.threads, self.serve_all)

    def notify(self):
        super().notify()
        balance.tell(self.age, self.nr_conns)

    def accept(self, listener):
        if not balance.is_fewest(self.nr_conns):
            time.sleep(YIELD_SECONDS)
        try:
            sock, client = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):  # another process was quicker, or the sender is gone
            return
        except OSError:  # too many open files, most likely
            log.exception("cannot accept a connection")
            time.sleep(LOOK_SECONDS)
            return
        self.nr_conns += 1
        conn = Connection(self.cfg, sock, client, listener.getsockname())
        self.waiting[conn.sock.fileno()] = conn
        self.arrivals.register(conn.sock, SOMETHING_CAME)

    def serve_all(self):
        while True:
            conn = self.next_ready()
            try:
                if self.serve(conn):
                    self.wait(conn)
                else:
                    self.close(conn)
            except Exception:
                log.exception("a connection was lost")
                conn.close()
                self.method_queue.defer(self.count_closed)

    def next_ready(self):
        """Take a connection over which something has come; one thread waits for that, the others for their turn."""
        with self.lookout:
            while not self.ready:
                for number, _ in self.arrivals.poll():
                    if conn := self.waiting.pop(number, None):
                        self.ready.append(conn)
            return self.ready.popleft()

    def serve(self, conn):
        """Answer what has come whole; return whether more may come. Whoever sends on and on waits its turn."""
        if conn.inbox is None:
            return self.handle(conn)
        if conn.is_leaving:
            return not conn.inbox.drain()
        is_whole = conn.inbox.fill()
        while is_whole:
            if not self.handle(conn):
                return False
            conn.take_back()
            is_whole = bool(conn.inbox.content) and conn.inbox.has_request()
        return bool(conn.inbox.content) or len(self.waiting) < self.max_keepalived

    def wait(self, conn):
        conn.set_timeout(stopping=not self.alive)
        self.watch(conn)

    def watch(self, conn):
        number = conn.sock.fileno()
        self.waiting[number] = conn
        self.arrivals.modify(number, SOMETHING_CAME)

    def close(self, conn):
        """Where the sender may still be sending, it is left to close first: else it could lose the answer's end."""
        if conn.inbox and conn.leave():
            self.watch(conn)
        else:
            conn.close(graceful=conn.inbox is None)
            self.method_queue.defer(self.count_closed)

    def count_closed(self):
        """In the main thread, which nothing else counts."""
        self.nr_conns -= 1

    def murder_keepalived(self, force=False):
        """Close connections that have waited for too long, or all."""
        now = time.monotonic()
        if now < self.looked + LOOK_SECONDS and not force:
            return
        self.looked = now
        for number, conn in list(self.waiting.items()):
            if conn.timeout > now and not force:
                continue
            taken = self.waiting.pop(number, None)
            if taken and taken.timeout > now and not force:
                self.watch(taken)  # it has been served since
            elif taken:
                taken.close()
                self.nr_conns -= 1

    def _cap_keepalive(self, deadline):
        """When the worker stops, a request under way may still come to its end, but no new one is waited for."""
        for conn in list(self.waiting.values()):
            if not (conn.inbox and conn.inbox.content):
                conn.timeout = min(conn.timeout, deadline)


class Threads:
    """What gunicorn needs of an executor; the threads end with the process."""

    def __init__(self, count, work):
        for _ in range(count):
            threading.Thread(target=work, daemon=True).start()

    def shutdown(self, wait):
        pass
