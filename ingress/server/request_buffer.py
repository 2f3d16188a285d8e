"""The bytes that have come over a connection; gunicorn is fed one whole request of them at a time, and no more."""

import socket
import time
from collections.abc import Iterator

from .framing import HEAD_LIMIT, Framing

RECV_BYTES = 16 * 1024  # most requests come in one piece
FEED_BYTES = 8 * 1024  # gunicorn copies all that it was fed for each chunk in it
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class RequestBuffer:
    """gunicorn's parser reads from here, as from any iterable; neither that nor filling the buffer ever waits.

    `is_ended`: the sender sends no more. `ran_short`: gunicorn wanted more of a request than there was, so where the
    next one begins is unknown.
    """

    def __init__(self, sock: socket.socket, body_limit: int) -> None:
        self.sock = sock
        self.body_limit = body_limit  # bytes
        self.content = b""
        self.is_ended = False
        self.ran_short = False
        self.begin()

    def begin(self) -> None:
        """Start with a request of which nothing is known yet."""
        self.began = time.monotonic()
        self.framing = Framing(self.body_limit)
        self.length = 0  # bytes of the request, once it is whole
        self.fed = 0  # bytes of it that gunicorn has
        self.has_sent_continue = False

    def fill(self) -> None:
        """Read what has come."""
        if not self.content:
            self.began = time.monotonic()
        while len(self.content) < HEAD_LIMIT + self.framing.chunks_limit and (piece := self.receive()):
            self.content += piece
            if len(piece) < RECV_BYTES:
                break

    def discard(self) -> bool:
        """Throw away some of what has come; return whether that was the end."""
        self.receive()
        return self.is_ended

    def receive(self) -> bytes:
        try:
            piece = self.sock.recv(RECV_BYTES)
        except BlockingIOError:
            return b""
        except OSError:
            piece = b""
        self.is_ended = not piece
        return piece

    def has_request(self) -> bool:
        """True when a request has come whole, or as much of it as will come, or so much that it is refused."""
        if not self.content:
            return False
        self.length = self.framing.measure(self.content)
        if self.length or self.framing.refusal:
            return True
        if self.is_ended:
            self.length = len(self.content)
        return self.is_ended

    def send_continue(self) -> None:
        """Answer a sender that asks before it sends the body."""
        if self.framing.expects_continue and not self.has_sent_continue:
            self.has_sent_continue = True
            self.sock.sendall(CONTINUE)

    def finish(self) -> None:
        """Drop the request; the bytes behind it begin the next one."""
        self.content = self.content[self.length :]
        self.begin()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """The next bytes of the request, none at its end."""
        piece = self.content[self.fed : min(self.fed + FEED_BYTES, self.length)]
        self.fed += len(piece)
        self.ran_short = self.ran_short or not piece
        return piece
