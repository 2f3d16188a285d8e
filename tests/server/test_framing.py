"""Where a request ends: in whatever pieces it comes, none of its bytes becomes part of another."""

import time

import pytest

from ingress.intake.body import BODY_LIMIT
from ingress.server.framing import HEAD_LIMIT, Framing
from ingress.server.refusals import BAD_CHUNKS

POST = b"POST /api HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def measure_all(stream, piece):
    """The lengths of all requests of a stream that comes in pieces."""
    lengths, content, framing = [], b"", Framing(BODY_LIMIT)
    for begin in range(0, len(stream), piece):
        content += stream[begin : begin + piece]
        while content and (length := framing.measure(content)):
            lengths.append(length)
            content, framing = content[length:], Framing(BODY_LIMIT)
    assert content == b""
    return lengths


@pytest.mark.parametrize("length", [b"262145", b"9999999999999", b"0" * 20 + b"262145", b"9" * 5000])
def test_a_body_that_is_too_long_is_not_waited_for(length):
    head = POST + b"Content-Length: " + length + b"\r\n\r\n"

    assert Framing(BODY_LIMIT).measure(head + b"cost") == len(head)


def test_zeros_before_a_length_are_no_part_of_it():
    request = POST + b"Content-Length: 0000000000004\r\n\r\ncost"

    assert Framing(BODY_LIMIT).measure(request[:-1]) == 0
    assert Framing(BODY_LIMIT).measure(request + b"GET") == len(request)


@pytest.mark.parametrize("size", [b"x", b"-1", b"100000000", b"", b"0x4"])
def test_chunks_that_cannot_be_read_are_left_to_gunicorn_as_they_are(size):
    request = CHUNKED + size + b"\r\ncost\r\n0\r\n\r\n"

    assert Framing(BODY_LIMIT).measure(request) == len(request)


def test_a_bare_lf_does_not_make_a_sender_wait():
    request = b"GET / HTTP/1.1\nHost: localhost\n\n"

    assert Framing(BODY_LIMIT).measure(request) == len(request)


@pytest.mark.parametrize("request_line", [b"GET /healthz", b"GET /healthz HTTP/0.9", b"GET / HTTP/2.0", b"hello"])
def test_a_request_line_without_http_1_does_not_make_a_sender_wait(request_line):
    assert Framing(BODY_LIMIT).measure(request_line + b"\r\n") == len(request_line) + 2


def test_an_empty_line_before_a_request_belongs_to_it():
    request = b"\r\n" + CHUNKED + b"4\r\ncost\r\n0\r\n\r\n"

    assert measure_all(request + request, 1) == [len(request)] * 2


@pytest.mark.parametrize(
    "chunks",
    [
        b"4\ncost\n0\n\n",
        b"4\rcost\r0\r\r",
        b"4;a\n\r\ncost\r\n",
        b"4\r\r\ncost\r\n",
        b"4\r\ncost\n",
        b"4\r\ncost\rx",
        b"4\r\ncost\r\n0\n",
        b"4\r\ncost\r\n0\r\n\n",
        b"4\r\ncost\r\n0\r\nX: 1\n",
    ],
)
def test_a_bare_lf_or_cr_in_the_lines_of_chunks_is_refused_at_once(chunks):
    framing, content = Framing(BODY_LIMIT), CHUNKED
    for byte in chunks:
        content += bytes([byte])
        assert framing.measure(content) == 0

    assert framing.refusal == BAD_CHUNKS


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"GET / HTTP/1.1\r\nX: ".ljust(HEAD_LIMIT, b"x"), 431),
        (b"GET /".ljust(HEAD_LIMIT, b"x"), 414),
        (CHUNKED + b"%X\r\n" % (BODY_LIMIT + 1), 413),
        (CHUNKED + b"1\r\nx\r\n" * 110_000, 413),
    ],
    ids=["head", "url", "chunk", "many chunks"],
)
def test_a_request_that_is_too_long_is_refused_before_its_end(content, status):
    framing = Framing(BODY_LIMIT)

    assert framing.measure(content) == 0
    assert framing.refusal.status == status


@pytest.mark.parametrize("line", [b"_" * 100_000, b"a_" * 50_000, b"\r\n_" * 30_000, b"_:" * 50_000])
def test_names_of_headers_with_many_underscores_are_found_promptly(line):
    framing, started = Framing(BODY_LIMIT), time.monotonic()

    framing.measure(b"GET / HTTP/1.1\r\ntld_api_id: 1\r\n" + line + b"\r\n\r\n")

    assert framing.dropped_headers[0] == "tld_api_id"
    assert time.monotonic() - started < 1
