"""What has come over a connection and has not been read yet, and whether it is a whole request."""

import re
import socket
import time

from ..body import BODY_LIMIT

HEAD_LIMIT = 64 * 1024  # bytes; a longer head is gunicorn's to refuse
PIECE = 16 * 1024  # bytes; most requests come in one
PATIENCE = 10  # seconds for the rest of what is going to be refused

CONTENT_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*(\d{1,12})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\nTransfer-Encoding:", re.IGNORECASE)
EXPECT = re.compile(rb"\r\nExpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
AT_ONCE = int(socket.MSG_DONTWAIT)  # a number: to combine flags of an enum takes longer than to receive


class Inbox:
    """gunicorn's parser takes its input from here, as from any iterable; filling it never blocks."""

    def __init__(self, sock):
        self.sock = sock
        self.content = b""
        self.began = time.monotonic()  # when the first of it came
        self.is_ended = False
        self.is_invited = False

    def fill(self):
        """Take in what has come; return whether there is a whole request now, or no use in waiting for one."""
        if not self.content:
            self.began = time.monotonic()
        while piece := self.receive():
            self.content += piece
            if len(piece) < PIECE:
                break
        return self.is_ended or self.has_request()

    def drain(self):
        """Throw away some of what has come; return whether that was the end."""
        self.receive()
        return self.is_ended

    def receive(self):
        try:
            piece = self.sock.recv(PIECE, AT_ONCE)
        except BlockingIOError:
            return b""
        except OSError:
            piece = b""
        self.is_ended = not piece
        return piece

    def has_request(self):
        """A request that gunicorn or the service is going to refuse for its length need not have come to its end."""
        end = self.content.find(b"\r\n\r\n") + 4
        if end < 4:
            return len(self.content) >= HEAD_LIMIT
        if CHUNKED.search(self.content, 0, end):
            is_whole = self.content.endswith(LAST_CHUNK) or len(self.content) >= end + 2 * BODY_LIMIT
        else:
            length = CONTENT_LENGTH.search(self.content, 0, end)
            is_whole = not length or min(int(length[1]), BODY_LIMIT + 1) <= len(self.content) - end
        if not is_whole:
            self.invite_body(end)
        return is_whole

    def invite_body(self, end):
        """Answer a sender who asks before it sends the body; curl does with larger ones."""
        if not self.is_invited and EXPECT.search(self.content, 0, end):
            self.is_invited = True
            self.sock.sendall(CONTINUE)

    def __iter__(self):
        return self

    def __next__(self):
        """What has come; only the rest of what is going to be refused is waited for. Empty at the end."""
        if not self.content and not self.is_ended:
            self.wait_for_more()
        content, self.content = self.content, b""
        return content

    def wait_for_more(self):
        self.sock.settimeout(PATIENCE)
        try:
            self.content = self.sock.recv(PIECE)
        except TimeoutError:
            pass
        finally:
            self.sock.settimeout(None)
        self.is_ended = not self.content
