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

from gunicorn.http.errors import ParseException
from gunicorn.workers.gthread import ThreadWorker

from . import connection_counts
from .connection import Connection
from .response import write_error

log = logging.getLogger(__name__)

YIELD_SECONDS = 0.001  # in which an idle process accepts a connection before a busy one does
LOOK_SECONDS = 1  # between two looks for connections that have waited for too long
MOST_HEAVY = 32  # connections that wait with a large part of a request, or of an answer, in our memory
SOMETHING_CAME = select.EPOLLIN | select.EPOLLONESHOT  # told once, so that no other thread hears of it
ROOM_TO_SEND = select.EPOLLOUT | select.EPOLLONESHOT


class PatientWorker(ThreadWorker):
    """The main thread accepts connections and closes those that wait for too long; the other threads do the rest.

    A connection is in `waiting`, by its number, while its next request has not come whole or its last answer has not
    gone; who takes it out owns it. `heavy` holds those that take much memory meanwhile.
    """

    @classmethod
    def check_config(cls, cfg, log):
        if cfg.is_ssl:
            raise SystemExit("This service does not speak TLS by itself: put a proxy in front (deploy/nginx.conf)")

    def init_process(self):
        vars(self.cfg).update({name: setting.get() for name, setting in self.cfg.settings.items()})  # quicker to read
        self.arrivals = select.epoll()
        self.waiting = {}
        self.heavy = set()
        self.ready = deque()
        self.lookout = threading.Lock()
        self.looked = time.monotonic()
        super().init_process()

    def get_thread_pool(self):
        return Threads(self.cfg.threads, self.serve_all)

    def notify(self):
        super().notify()
        if self.alive:
            connection_counts.tell(self.age, self.nr_conns)
        else:
            connection_counts.leave(self.age)

    def accept(self, listener):
        if not connection_counts.is_fewest(self.nr_conns):
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
        self.arrivals.register(conn.sock, 0)
        self.watch(conn)

    def serve_all(self):
        while True:
            conn = self.next_ready()
            try:
                if self.serve(conn) or conn.leave():
                    self.wait(conn)
                else:
                    self.lose(conn)
            except OSError:  # the sender is gone
                self.lose(conn)
            except Exception:
                log.exception("a connection was lost")
                self.lose(conn)

    def next_ready(self):
        """Take a connection over which something has come; one thread waits for that, the others for their turn."""
        with self.lookout:
            while not self.ready:
                for number, _ in self.arrivals.poll():
                    if conn := self.waiting.pop(number, None):
                        self.ready.append(conn)
            return self.ready.popleft()

    def serve(self, conn):
        """Answer a request if one has come whole; return whether there is something to wait for.

        Whoever sends many at once gets one answer a turn.
        """
        if conn.is_leaving:
            return not conn.inbox.drain()
        conn.sock.flush()
        if conn.may_answer():
            conn.inbox.fill()
            has_request = conn.inbox.has_request()
            if has_request:
                conn.is_last = not self.answer(conn)
            else:
                conn.inbox.invite()
            conn.has_more = has_request and conn.inbox.content != b""
        return bool(conn.sock.unsent) or (conn.may_answer() and (conn.has_more or not conn.inbox.is_ended))

    def answer(self, conn):
        """Answer one request; return whether another may follow."""
        if conn.inbox.frame.refusal:
            write_error(conn.sock, *conn.inbox.frame.refusal)
            return False
        conn.sock.announces_end = len(self.waiting) >= self.max_keepalived
        is_kept = self.handle(conn) and not conn.inbox.is_dry
        conn.inbox.finish()
        return is_kept

    def _keepalive_after(self, conn, keepalive):
        """gunicorn reads what the application has not; if it cannot, the request has its answer and gets no second."""
        try:
            return super()._keepalive_after(conn, keepalive)
        except ParseException:
            return False

    def wait(self, conn):
        if not conn.holds_much():
            self.heavy.discard(conn)
        elif len(self.heavy) < MOST_HEAVY or conn in self.heavy:
            self.heavy.add(conn)
        else:
            self.lose(conn)
            return
        conn.set_timeout(stopping=not self.alive)
        self.watch(conn)

    def watch(self, conn):
        number = conn.sock.fileno()
        self.waiting[number] = conn
        is_at_once = conn.sock.unsent or conn.has_more
        self.arrivals.modify(number, ROOM_TO_SEND if is_at_once else SOMETHING_CAME)

    def lose(self, conn):
        conn.close()
        self.method_queue.defer(self.count_lost, conn)

    def count_lost(self, conn):
        """In the main thread only, so that each is counted once, whoever closes it."""
        self.heavy.discard(conn)
        if not conn.is_lost:
            conn.is_lost = True
            self.nr_conns -= 1

    def murder_keepalived(self, force=False):
        """Close connections that have waited for too long, or all."""
        now = time.monotonic()
        if now < self.looked + LOOK_SECONDS and not force:
            return
        self.looked = now
        for number, conn in self.waiting.copy().items():
            if conn.timeout > now and not force:
                continue
            taken = self.waiting.pop(number, None)
            if taken and not force and (taken.timeout > now or taken.waits_for_us()):
                self.watch(taken)  # it has been served since, or all threads are at work
            elif taken:
                taken.close()
                self.count_lost(taken)

    def _cap_keepalive(self, deadline):
        """When the worker stops, a request under way may still come to its end, but no new one is waited for."""
        for conn in self.waiting.copy().values():
            if not (conn.inbox.content or conn.sock.unsent):
                conn.timeout = min(conn.timeout, deadline)


class Threads:
    """What gunicorn needs of an executor; the threads end with the process."""

    def __init__(self, count, work):
        for _ in range(count):
            threading.Thread(target=work, daemon=True).start()

    def shutdown(self, wait):
        pass
