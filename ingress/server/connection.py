"""A connection to a sender, from one request to the next, and until both sides have closed it."""

import socket
import time

from gunicorn import http
from gunicorn.config import Config
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, TConn  # type: ignore[attr-defined]  # newer than its stubs

from .request_buffer import RequestBuffer

RECEIVE_SECONDS = 10  # from the start of a connection, or the first byte of a request, to its last byte
ANSWER_SECONDS = 10  # for a sender to take the whole of an answer larger than the kernel's buffer
LINGER_SECONDS = 2  # for a sender to close a connection that is half-closed here
LARGE_BYTES = 64 * 1024  # of a request that has not come whole; hardly any platform sends more than one thousand
UNSENT_LIMIT = 4 * 1024 * 1024  # bytes of answers that a sender has not taken; the largest file served has 1.5 million

Address = tuple[str, int] | str  # a unix socket's is a text; IPv6 adds two numbers


class SenderConnection(TConn):
    """`is_last`: no further request is taken. `is_lingering`: half-closed here, and the sender closes next.
    `is_counted_out`: closed, and no longer counted. `has_more`: another whole request may be in the buffer."""

    sock: "Socket"
    timeout: float  # on the monotonic clock

    def __init__(self, cfg: Config, sock: socket.socket, client: Address, server: Address, body_limit: int) -> None:
        super().__init__(cfg, Socket(sock.family, sock.type, sock.proto, sock.detach()), client, server)
        self.request_buffer = RequestBuffer(self.sock, body_limit)
        self.parser = http.get_parser(cfg, self.request_buffer, client)
        self.initialized = self.data_ready = True
        self.timeout = time.monotonic() + RECEIVE_SECONDS
        self.is_last = self.is_lingering = self.is_counted_out = self.has_more = False

    def address(self) -> str:
        return self.client[0] if isinstance(self.client, tuple) else ""

    def may_answer(self) -> bool:
        """One answer after the other, and none after the last."""
        return not self.is_last and not self.sock.unsent

    def has_begun_request(self) -> bool:
        """True when part of a request has come; an empty line is none."""
        return self.may_answer() and self.request_buffer.content.strip(b"\r\n") != b""

    def is_large(self) -> bool:
        return bool(self.sock.unsent) or len(self.request_buffer.content) > LARGE_BYTES

    def has_unread(self) -> bool:
        """True when something has come that no thread has had the time to read."""
        try:
            return self.may_answer() and (self.has_more or self.sock.recv(1, socket.MSG_PEEK) != b"")
        except OSError:
            return False

    def half_close(self) -> bool:
        """Tell the sender that no more comes from here; False when that is known to it already, or it is gone."""
        if self.request_buffer.is_ended or self.is_lingering:
            return False
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        self.is_last = self.is_lingering = True
        self.has_more, self.request_buffer.content = False, b""
        self.timeout = time.monotonic() + LINGER_SECONDS
        return True

    def set_deadline(self, stopping: bool) -> None:
        """Set until when the connection may wait; less long for a next request when the worker stops."""
        if self.sock.unsent:
            self.timeout = self.sock.unsent_since + ANSWER_SECONDS
        elif self.request_buffer.content:
            self.timeout = self.request_buffer.began + RECEIVE_SECONDS
        elif not self.is_lingering:
            self.timeout = time.monotonic() + (STOP_KEEPALIVE_LINGER if stopping else self.cfg.keepalive)


class Socket(socket.socket):
    """A socket that never waits: bytes that the kernel does not take at once are kept in `unsent`.

    `announces_close`: the next answer is the last one, and says so. `dropped_headers`: names in the present request
    that gunicorn does not pass on; the application finds this socket in its environment.
    """

    def __init__(self, family: int, kind: int, proto: int, fileno: int) -> None:
        super().__init__(family, kind, proto, fileno)
        super().setblocking(False)
        self.unsent = bytearray()
        self.unsent_since = 0.0  # on the monotonic clock
        self.announces_close = False
        self.dropped_headers: tuple[str, ...] = ()

    def setblocking(self, flag: bool, /) -> None:
        """Do nothing: gunicorn would make the socket wait, with a system call before each request."""

    def sendall(self, data: bytes, flags: int = 0, /) -> None:  # type: ignore[override]  # gunicorn sends bytes only
        if self.unsent:
            if len(self.unsent) > UNSENT_LIMIT:
                raise ConnectionResetError("the sender does not take its answers")
            self.unsent += data
        elif (sent := self.try_to_send(data)) < len(data):
            self.unsent += data[sent:]
            self.unsent_since = time.monotonic()

    def flush(self) -> None:
        """Send what is unsent as far as possible."""
        while self.unsent and (sent := self.try_to_send(self.unsent)):
            del self.unsent[:sent]

    def try_to_send(self, data: bytes | bytearray) -> int:
        try:
            return self.send(data)
        except BlockingIOError:
            return 0
