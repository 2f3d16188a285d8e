"""A connection to a sender, from one request to the next, and until both have closed it."""

import socket
import time

from gunicorn import http
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn

from .inbox import Inbox

REQUEST_SECONDS = 10  # from the first moment of a connection or request to its last byte
LEAVING_SECONDS = 2  # for a sender to close a connection that is closed here


class Connection(TConn):
    """A connection whose requests are collected in its `inbox`; with TLS it has none, and gunicorn reads by itself."""

    def __init__(self, cfg, sock, client, server):
        super().__init__(cfg, Socket(sock.family, sock.type, sock.proto, sock.detach()), client, server)
        self.sock.setblocking(True)
        self.timeout = time.monotonic() + REQUEST_SECONDS
        self.data_ready = True
        self.is_leaving = False
        self.inbox = None
        if not cfg.is_ssl:
            self.inbox = Inbox(self.sock)
            self.parser = http.get_parser(cfg, self.inbox, client)
            self.initialized = True

    def take_back(self):
        """What gunicorn has read too much belongs to the next request."""
        self.inbox.content = self.parser.unreader.take_buffered() + self.inbox.content
        self.inbox.began = time.monotonic()
        self.inbox.is_invited = False

    def leave(self):
        """Say that there is no more to come from here; return False when the sender is gone or has been told."""
        if self.inbox.is_ended or self.is_leaving:
            return False
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        self.is_leaving = True
        self.timeout = time.monotonic() + LEAVING_SECONDS
        return True

    def set_timeout(self, stopping):
        if self.is_leaving:
            return
        if self.inbox and self.inbox.content:
            self.timeout = self.inbox.began + REQUEST_SECONDS
        else:
            self.timeout = time.monotonic() + (STOP_KEEPALIVE_LINGER if stopping else self.cfg.keepalive)


class Socket(socket.socket):
    def setblocking(self, flag):
        """gunicorn does so before each request; it is a call to the system even when it changes nothing."""
        if flag != self.getblocking():
            super().setblocking(flag)
