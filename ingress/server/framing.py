"""Where a request ends in the bytes that have come, so that none of them is taken for a part of another request."""

import re

from .refusals import BAD_CHUNKS, Refusal

# Bytes in which the end of the head must have come. gunicorn takes 8 KiB for a header; the application refuses a long
# URL, which it can only do when it has seen whose it is
HEAD_LIMIT = 256 * 1024

CONTENT_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*(\d+)[ \t]*\r\n", re.IGNORECASE)
ENCODED = re.compile(rb"\r\nTransfer-Encoding[ \t]*:", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\nTransfer-Encoding:[^\r\n]*chunked[ \t]*\r\n", re.IGNORECASE)
CHUNK_SIZE = re.compile(rb"0*([0-9a-fA-F]{1,8})(?![0-9a-fA-F])")
EXPECT = re.compile(rb"\r\nExpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
UNDERSCORED = re.compile(rb"\r\n([!-9;-^`-~]*_[!-9;-~]*):")  # names of headers that gunicorn drops
REQUEST_LINE = re.compile(rb"(?:\r\n)?[^\r\n]* HTTP/1\.(\d)\r\n")  # gunicorn skips one empty line before it


LONG_HEAD = Refusal(431, "Request Header Fields Too Large", f"they may have {HEAD_LIMIT} bytes")
LONG_URL = Refusal(414, "URI Too Long", f"a head may have {HEAD_LIMIT} bytes")


class Framing:
    """The measures of one request while it comes.

    `expects_continue`: the sender waits for "100 Continue" before it sends the body; curl does with larger ones.
    `dropped_headers`: names with an underscore, which gunicorn does not pass on, since `-` would look the same.
    `refusal`: the answer to a request that is too long, or in chunks that gunicorn would wait for without end.
    """

    def __init__(self, body_limit: int) -> None:
        self.body_limit = body_limit  # bytes
        self.chunks_limit = 2 * body_limit  # bytes of a chunked body, whose lines count too
        self.head = 0  # bytes, once the end of the head has come
        self.searched = 0  # bytes that do not hold the end of the head
        self.length: int | None = None  # bytes of the request, if its head tells
        self.next_chunk = 0  # offset
        self.body = 0  # bytes in the chunks before that
        self.expects_continue = False
        self.dropped_headers: tuple[str, ...] = ()
        self.refusal: Refusal | None = None

    def measure(self, content: bytes) -> int:
        """Return how many bytes the request has, 0 until it is whole.

        A request that cannot be read, or that is refused without its body, gets the length that lets gunicorn and the
        service see that; nothing behind it is read.
        """
        if not self.head and not self.find_head(content):
            return 0
        if self.length is None:
            return self.measure_chunks(content)
        return self.length if len(content) >= self.length else 0

    def find_head(self, content: bytes) -> bool:
        end = content.find(b"\r\n\r\n", self.searched)
        if end >= 0:
            self.head = self.next_chunk = end + 4
            self.read_head(content[: self.head])
        elif is_unreadable(content):
            self.head = self.length = len(content)
        elif len(content) >= HEAD_LIMIT:
            self.refusal = LONG_HEAD if b"\n" in content else LONG_URL
        self.searched = max(len(content) - 3, 0)
        return self.head > 0

    def read_head(self, head: bytes) -> None:
        line = REQUEST_LINE.match(head)
        is_current = line is not None and line[1] == b"1"
        self.expects_continue = is_current and EXPECT.search(head) is not None
        if b"_" in head:
            self.dropped_headers = tuple(name.decode("latin-1") for name in UNDERSCORED.findall(head))
        length = CONTENT_LENGTH.search(head)
        if ENCODED.search(head):
            self.length = None if is_current and CHUNKED.search(head) and not length else self.head
        else:
            body = self.parse_length(length[1]) if length else 0
            self.length = self.head + (body if body <= self.body_limit else 0)

    def parse_length(self, digits: bytes) -> int:
        """The length as a number, or one beyond the limit: Python refuses to read thousands of digits."""
        digits = digits.lstrip(b"0")
        return int(digits or b"0") if len(digits) < 10 else self.body_limit + 1

    def measure_chunks(self, content: bytes) -> int:
        """The last chunk is empty; trailers may follow it."""
        while self.is_data_closed(content) and (line := content.find(b"\r\n", self.next_chunk)) >= 0:
            if has_bare_line_end(content, self.next_chunk, line):
                return self.refuse(BAD_CHUNKS)
            digits = CHUNK_SIZE.match(content, self.next_chunk, line)
            if not digits:
                return len(content)
            size = int(digits[1], 16)
            if size == 0:
                return self.find_end(content, line)
            self.body += size
            self.next_chunk = line + 2 + size + 2
        end = len(content) - content.endswith(b"\r")  # an LF may come behind a CR at the end
        if not self.is_data_closed(content) or has_bare_line_end(content, self.next_chunk, end):
            return self.refuse(BAD_CHUNKS)
        return self.refuse_long(content)

    def is_data_closed(self, content: bytes) -> bool:
        """True unless something else than CRLF follows the data of the chunk before, as far as it has come."""
        return content[self.next_chunk - 2 : self.next_chunk] in (b"\r\n", b"\r", b"")

    def find_end(self, content: bytes, last_chunk: int) -> int:
        """Return the length if the trailers have come too; `last_chunk` is where the line of the last chunk ends."""
        end = content.find(b"\r\n\r\n", last_chunk)
        if end >= 0:
            return end + 4
        if content.count(b"\n", last_chunk) != content.count(b"\r\n", last_chunk):
            return self.refuse(BAD_CHUNKS)
        return self.refuse_long(content)

    def refuse_long(self, content: bytes) -> int:
        if self.body > self.body_limit or len(content) >= self.head + self.chunks_limit:
            self.refuse(Refusal(413, "Request Too Large", f"a body may have {self.body_limit} bytes"))
        return 0

    def refuse(self, refusal: Refusal) -> int:
        """Return 0: a refused request has no end that is known."""
        self.refusal = refusal
        return 0


def is_unreadable(content: bytes) -> bool:
    """True for the begin of a head that gunicorn refuses: with a bare LF, or a request line without HTTP/1."""
    if content.count(b"\n") != content.count(b"\r\n"):
        return True
    line_end = content.find(b"\n", 2 if content.startswith(b"\r\n") else 0)
    return line_end >= 0 and not REQUEST_LINE.match(content)


def has_bare_line_end(content: bytes, begin: int, end: int) -> bool:
    """True when there is an LF or a CR between two offsets, which hold no CRLF."""
    return content.find(b"\n", begin, end) >= 0 or content.find(b"\r", begin, end) >= 0
