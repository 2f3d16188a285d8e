"""gunicorn's threaded worker, made patient: a request gets a thread only once all of it has come.

By itself gthread reads requests inside its threads, and as many slow or half-sent requests as there are threads stop
the intake. Here they wait in the kernel's buffer at no cost, and for REQUEST_SECONDS at most.
"""

import fcntl
import json
import logging
import re
import selectors
import socket
import struct
import termios
import threading
import time
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from .body import BODY_LIMIT
from .deliveries import new_request_id

log = logging.getLogger(__name__)

REQUEST_SECONDS = 10  # from the first moment of a connection or request to its last byte
HEAD_LIMIT = 64 * 1024  # bytes; a longer head is gunicorn's to refuse

CONTENT_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\nTransfer-Encoding:", re.IGNORECASE)
EXPECT = re.compile(rb"\r\nExpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"


class PatientWorker(ThreadWorker):
    def get_thread_pool(self):
        return Threads(self.cfg.threads, self.serve)

    def enqueue_req(self, conn):
        """Hand the connection to a thread if its request is complete, else wait for more of it. Never blocks."""
        missing = 0 if self.cfg.is_ssl or has_read_ahead(conn) else count_missing(conn.sock)
        if missing and not is_ended(conn):
            self.wait_for_more(conn, missing)
        else:
            conn.wait = None
            conn.data_ready = True
            set_low_water(conn.sock, 1)
            self.tpool.submit(conn)

    def serve(self, conn):
        """Answer a request, in a thread; a connection that is kept goes back to the poller without waking anybody."""
        kept = self.handle(conn)
        if kept is True and self.alive and not has_read_ahead(conn):
            self.keep(conn)
        else:
            done = Future()
            done.set_result(kept)
            self.method_queue.defer(self.finish_request, conn, done)

    def keep(self, conn):
        """What `finish_request` does in this case, which only appends and registers and so needs no main thread."""
        conn.sock.setblocking(False)
        conn.set_timeout()
        self.keepalived_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))

    def wait_for_more(self, conn, missing):
        conn.wait = getattr(conn, "wait", None) or Wait()
        conn.wait.missing = missing
        conn.wait.invited = conn.wait.invited or invite_body(conn.sock)
        conn.timeout = conn.wait.until  # then murder_pending closes it
        conn.sock.setblocking(False)
        set_low_water(conn.sock, missing)
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_pending_socket_readable, conn))


class Threads:
    """Threads that work off a queue: what gunicorn needs of an executor, without a Future for each request."""

    def __init__(self, count, work):
        self.work = work
        self.waiting = SimpleQueue()
        self.threads = [threading.Thread(target=self.work_off, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def submit(self, conn):
        self.waiting.put(conn)

    def work_off(self):
        while conn := self.waiting.get():
            self.work(conn)

    def shutdown(self, wait):
        for _ in self.threads:
            self.waiting.put(None)


class Wait:
    """What a connection waits for: `missing` bytes in its buffer, `until` some time; `invited` to send its body."""

    def __init__(self):
        self.until = time.monotonic() + REQUEST_SECONDS
        self.missing = 0
        self.invited = False


def is_ended(conn):
    """True when the connection woke us without what we waited for: the sender has closed it, no more will come."""
    wait = getattr(conn, "wait", None)
    return wait is not None and available(conn.sock) < wait.missing


def has_read_ahead(conn):
    """True when gunicorn already holds bytes of the next request, which nobody can see in the socket any more."""
    return conn.parser is not None and bool(conn.parser.unreader.buf.getvalue())


def count_missing(sock):
    """How many bytes must have come in the socket's buffer before it is worth looking again; 0: the request is whole.

    A closed connection and whatever gunicorn is going to refuse count as whole.
    """
    try:
        head = sock.recv(HEAD_LIMIT, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return 1
    except OSError:
        return 0
    end = head.find(b"\r\n\r\n") + 4
    if end < 4:
        return 0 if not head or len(head) == HEAD_LIMIT else len(head) + 1
    if CHUNKED.search(head, 0, end):
        return count_missing_chunks(sock, end)
    length = CONTENT_LENGTH.search(head, 0, end)
    whole = end + (int(length[1]) if length else 0)
    return 0 if len(head) >= whole or whole > end + BODY_LIMIT or available(sock) >= whole else whole


def count_missing_chunks(sock, end):
    """A chunked body tells no length: it is whole when the last chunk is there, or more than is accepted."""
    set_low_water(sock, 2 * BODY_LIMIT)  # makes the kernel's buffer large enough to hold it
    buffered = sock.recv(end + 2 * BODY_LIMIT, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    return 0 if buffered.endswith(LAST_CHUNK) or len(buffered) >= end + 2 * BODY_LIMIT else len(buffered) + 1


def available(sock):
    """The number of bytes in the socket's buffer."""
    return struct.unpack("i", fcntl.ioctl(sock, termios.FIONREAD, b"\0" * 4))[0]


def set_low_water(sock, count):
    """From now on the socket counts as readable when it holds `count` bytes, or is closed."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, count)


def invite_body(sock):
    """Answer a sender who asks before it sends the body (curl does with larger ones); return whether it asked."""
    try:
        head = sock.recv(HEAD_LIMIT, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        return EXPECT.search(head) is not None and sock.send(CONTINUE, socket.MSG_DONTWAIT) > 0
    except OSError:  # nothing has come yet, or it is gone
        return False


def write_error(sock, status, reason, detail):
    """Answer what is no HTTP request, or one with too long a head, like every other error: in JSON, with an id."""
    request_id = new_request_id()
    log.warning("request %s: %s", request_id, reason)  # the detail may repeat what was sent
    body = json.dumps({"error": f"{reason}: {detail}"})
    head = {
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": len(body),
        "X-Request-ID": request_id,
    }
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in head.items()), "", body]
    util.write_nonblock(sock, "\r\n".join(lines).encode())


util.write_error = write_error  # gunicorn's own, which nothing else can replace, is HTML
