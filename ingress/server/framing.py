"""Where a request ends in what has come: nothing behind it is taken for a part of it, nor a part of it for the next."""

import re

from ..errors import RequestTooLarge
from ..intake.body import BODY_LIMIT, TOO_LARGE

HEAD_LIMIT = 32 * 1024  # bytes in which its end must have come; gunicorn takes 8 KiB for one line of it
CHUNKS_LIMIT = 2 * BODY_LIMIT  # bytes of a body in chunks, which have lines of their own

CONTENT_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
ENCODED = re.compile(rb"\r\nTransfer-Encoding[ \t]*:", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\nTransfer-Encoding:[^\r\n]*chunked[ \t]*\r\n", re.IGNORECASE)
CHUNK_SIZE = re.compile(rb"0*([0-9a-fA-F]{1,8})(?![0-9a-fA-F])")
EXPECT = re.compile(rb"\r\nExpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
VERSION = re.compile(rb"[^\r\n]* HTTP/1\.1\r\n")


class Frame:
    """What is known of a request while it comes.

    `expects`: the sender waits for "100 Continue" before it sends the body; curl does with larger ones. `refusal`:
    status, reason and detail of one that came too long.
    """

    def __init__(self):
        self.head = 0  # bytes, once its end has come
        self.searched = 0  # bytes in which that was not
        self.length = None  # bytes of the request, where the head tells
        self.chunk = 0  # place of the next chunk
        self.body = 0  # bytes in the chunks before that
        self.expects = False
        self.refusal = None

    def measure(self, content):
        """Return how many bytes the request has, 0 until it is whole.

        A request that cannot be read, or is refused without its body, has those that let gunicorn and the service see
        that; then nothing behind them is read.
        """
        if not self.head and not self.find_head(content):
            return 0
        if self.length is None:
            return self.measure_chunks(content)
        return self.length if len(content) >= self.length else 0

    def find_head(self, content):
        end = content.find(b"\r\n\r\n", self.searched)
        if end >= 0:
            self.head = self.chunk = end + 4
            self.read_head(content[: self.head])
        elif content.find(b"\n\n", self.searched) >= 0:
            self.head = self.length = len(content)
        elif len(content) >= HEAD_LIMIT:
            self.refusal = 431, "Request Header Fields Too Large", f"they may have {HEAD_LIMIT} bytes"
        self.searched = max(len(content) - 3, 0)
        return self.head > 0

    def read_head(self, head):
        is_current = VERSION.match(head) is not None
        self.expects = is_current and EXPECT.search(head) is not None
        length = CONTENT_LENGTH.search(head)
        if ENCODED.search(head):
            self.length = None if is_current and CHUNKED.search(head) and not length else self.head
        else:
            body = parse_length(length[1]) if length else 0
            self.length = self.head + (body if body <= BODY_LIMIT else 0)

    def measure_chunks(self, content):
        """The last chunk is empty, and behind it may be trailers."""
        while (line := content.find(b"\r\n", self.chunk)) >= 0:
            digits = CHUNK_SIZE.match(content, self.chunk, line)
            if not digits:
                return len(content)
            size = int(digits[1], 16)
            if size == 0:
                end = content.find(b"\r\n\r\n", line)
                if end >= 0:
                    return end + 4
                break
            self.body += size
            self.chunk = line + 2 + size + 2
        if self.body > BODY_LIMIT or len(content) >= self.head + CHUNKS_LIMIT:
            self.refusal = RequestTooLarge.status, RequestTooLarge.text, TOO_LARGE
        return 0


def parse_length(digits):
    """As far as a body may be long; Python refuses to read thousands of digits."""
    digits = digits.lstrip(b"0")
    return int(digits or b"0") if len(digits) < 10 else BODY_LIMIT + 1
