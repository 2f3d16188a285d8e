"""A connection to a sender, from one request to the next, and until both have closed it."""

import socket
import time

from gunicorn import http
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn

from .request_buffer import Inbox

REQUEST_SECONDS = 10  # from the first moment of a connection or request to its last byte
ANSWER_SECONDS = 10  # for a sender to take an answer larger than the kernel's buffer, all of it
LEAVING_SECONDS = 2  # for a sender to close a connection that is closed here
MUCH = 64 * 1024  # bytes of a request that has not come whole; hardly any platform sends more than one thousand
UNSENT_LIMIT = 4 * 1024 * 1024  # bytes of answers that a sender has not taken; the largest file served has 1.5 million


class Connection(TConn):
    """`is_last`: no request is taken any more. `is_leaving`: the sender has been told so, and is left to close first.
    `is_lost`: it is closed, and counted no more. `has_more`: there may be another whole request in the inbox."""

    def __init__(self, cfg, sock, client, server):
        super().__init__(cfg, Socket(sock.family, sock.type, sock.proto, sock.detach()), client, server)
        self.inbox = Inbox(self.sock)
        self.parser = http.get_parser(cfg, self.inbox, client)
        self.initialized = self.data_ready = True
        self.timeout = time.monotonic() + REQUEST_SECONDS
        self.is_last = self.is_leaving = self.is_lost = self.has_more = False

    def may_answer(self):
        """One answer after the other, and none after the last."""
        return not self.is_last and not self.sock.unsent

    def holds_much(self):
        return bool(self.sock.unsent) or len(self.inbox.content) > MUCH

    def waits_for_us(self):
        """True when there is something that no thread has had the time to look at."""
        try:
            return self.may_answer() and (self.has_more or self.sock.recv(1, socket.MSG_PEEK) != b"")
        except OSError:
            return False

    def leave(self):
        """Say that there is no more to come from here; False when the sender knows, or is gone."""
        if self.inbox.is_ended or self.is_leaving:
            return False
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        self.is_last = self.is_leaving = True
        self.has_more, self.inbox.content = False, b""
        self.timeout = time.monotonic() + LEAVING_SECONDS
        return True

    def set_timeout(self, stopping):
        """Until when it may wait for whatever it waits for."""
        if self.sock.unsent:
            self.timeout = self.sock.stuck_since + ANSWER_SECONDS
        elif self.inbox.content:
            self.timeout = self.inbox.began + REQUEST_SECONDS
        elif not self.is_leaving:
            self.timeout = time.monotonic() + (STOP_KEEPALIVE_LINGER if stopping else self.cfg.keepalive)


class Socket(socket.socket):
    """One that never waits: what the kernel does not take at once is kept in `unsent`.

    `announces_end`: the next answer is the last one, and shall say so.
    """

    def __init__(self, *arguments):
        super().__init__(*arguments)
        super().setblocking(False)
        self.unsent = bytearray()
        self.stuck_since = 0
        self.announces_end = False

    def setblocking(self, flag):
        """gunicorn would have it wait, and tell the system so before each request."""

    def sendall(self, data):
        if self.unsent:
            if len(self.unsent) > UNSENT_LIMIT:
                raise ConnectionResetError("the sender does not take its answers")
            self.unsent += data
        elif (sent := self.try_to_send(data)) < len(data):
            self.unsent += data[sent:]
            self.stuck_since = time.monotonic()

    def flush(self):
        """Send what is unsent as far as possible."""
        while self.unsent and (sent := self.try_to_send(self.unsent)):
            del self.unsent[:sent]

    def try_to_send(self, data):
        try:
            return self.send(data)
        except BlockingIOError:
            return 0
