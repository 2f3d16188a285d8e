"""What has come over a connection; gunicorn gets one whole request of it at a time, and nothing behind that."""

import time

from .framing import CHUNKS_LIMIT, HEAD_LIMIT, Frame

PIECE = 16 * 1024  # bytes; most requests come in one
SPOON = 8 * 1024  # bytes for gunicorn at a time, which copies all it has got for each chunk in it
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Inbox:
    """gunicorn's parser takes its input from here, as from any iterable; neither that nor filling it ever waits.

    `is_ended`: the sender sends no more. `is_dry`: gunicorn wanted more of a request than there was of it, so nobody
    knows what the next bytes are.
    """

    def __init__(self, sock):
        self.sock = sock
        self.content = b""
        self.is_ended = False
        self.is_dry = False
        self.begin()

    def begin(self):
        """Whatever is here belongs to a request of which nothing is known yet."""
        self.began = time.monotonic()
        self.frame = Frame()
        self.length = 0  # of the request, once it is whole
        self.taken = 0  # by gunicorn
        self.is_invited = False

    def fill(self):
        """Take in what has come."""
        if not self.content:
            self.began = time.monotonic()
        while len(self.content) < HEAD_LIMIT + CHUNKS_LIMIT and (piece := self.receive()):
            self.content += piece
            if len(piece) < PIECE:
                break

    def drain(self):
        """Throw away some of what has come; return whether that was the end."""
        self.receive()
        return self.is_ended

    def receive(self):
        try:
            piece = self.sock.recv(PIECE)
        except BlockingIOError:
            return b""
        except OSError:
            piece = b""
        self.is_ended = not piece
        return piece

    def has_request(self):
        """True when a request has come whole, or all of it that will come, or so much that it is refused."""
        if not self.content:
            return False
        self.length = self.frame.measure(self.content)
        if self.length or self.frame.refusal:
            return True
        if self.is_ended:
            self.length = len(self.content)
        return self.is_ended

    def invite(self):
        """Answer a sender who asks before it sends the body."""
        if self.frame.expects and not self.is_invited:
            self.is_invited = True
            self.sock.sendall(CONTINUE)

    def finish(self):
        """What is behind the request is the beginning of the next."""
        self.content = self.content[self.length :]
        self.begin()

    def __iter__(self):
        return self

    def __next__(self):
        """The next bytes of the request, none when there are no more."""
        piece = self.content[self.taken : min(self.taken + SPOON, self.length)]
        self.taken += len(piece)
        self.is_dry = self.is_dry or not piece
        return piece
