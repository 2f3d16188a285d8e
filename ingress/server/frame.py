"""Where a request ends in what has come: nothing behind it is taken for a part of it, nor a part of it for the next."""

import re

from ..body import BODY_LIMIT
from ..errors import RequestTooLarge

HEAD_LIMIT = 128 * 1024  # bytes in which its end must have come; gunicorn's own limits are lower
LIMIT = HEAD_LIMIT + 2 * BODY_LIMIT  # bytes of a request in chunks, which have lines of their own beside the body

CONTENT_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\nTransfer-Encoding:", re.IGNORECASE)
CHUNK_SIZE = re.compile(rb"0*([0-9a-fA-F]{1,8})(?![0-9a-fA-F])")
EXPECT = re.compile(rb"[^\r\n]* HTTP/1\.1\r\n(?:[^\r\n]+\r\n)*Expect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)


class Frame:
    """What is known of a request while it comes; `refusal` is status, reason and detail of one that came too long."""

    def __init__(self):
        self.head = 0  # bytes, once its end has come
        self.searched = 0  # bytes in which the head does not end; behind it, the place of the next chunk
        self.body = 0  # bytes in the chunks before that
        self.refusal = None

    def measure(self, content):
        """Return how many bytes the request has, 0 until it is whole.

        What cannot be read as a request ends where gunicorn, which refuses it, will have seen that.
        """
        if not self.head:
            self.find_head(content)
        if not self.head:
            return 0
        if CHUNKED.search(content, 0, self.head):
            return self.measure_chunks(content)
        length = CONTENT_LENGTH.search(content, 0, self.head)
        body = parse_length(length[1]) if length else 0
        if body > BODY_LIMIT:
            return self.head  # the service refuses it without its body
        return self.head + body if len(content) >= self.head + body else 0

    def find_head(self, content):
        end = content.find(b"\r\n\r\n", self.searched)
        if end >= 0:
            self.head = self.searched = end + 4
        elif content.find(b"\n\n", self.searched) >= 0:
            self.head = len(content)
        elif len(content) >= HEAD_LIMIT:
            self.refusal = 431, "Request Header Fields Too Large", f"they may have {HEAD_LIMIT} bytes"
        else:
            self.searched = max(len(content) - 3, 0)

    def measure_chunks(self, content):
        """The last chunk is empty, and behind it may be trailers."""
        while (line := content.find(b"\r\n", self.searched)) >= 0:
            size = CHUNK_SIZE.match(content, self.searched, line)
            if not size:
                return len(content)
            if int(size[1], 16) == 0:
                end = content.find(b"\r\n\r\n", line)
                if end >= 0:
                    return end + 4
                break
            self.body += int(size[1], 16)
            self.searched = line + 2 + int(size[1], 16) + 2
        if self.body > BODY_LIMIT or len(content) >= LIMIT:
            self.refusal = RequestTooLarge.status, RequestTooLarge.text, f"a body may have {BODY_LIMIT} bytes"
        return 0

    def asks_for_invitation(self, content):
        """True for a sender who waits for "100 Continue" before it sends the body; curl does with larger ones."""
        return self.head > 0 and EXPECT.match(content, 0, self.head) is not None


def parse_length(digits):
    """As far as a body may be long; Python refuses to read thousands of digits."""
    digits = digits.lstrip(b"0")
    return int(digits or b"0") if len(digits) < 10 else BODY_LIMIT + 1
