"""Packed bodies are read like any other, and unpacked no further than a body may be large."""

import gzip
import time
import zlib

import pytest

from tests.calls import FORM, JSON, refusal

LIMIT = 256 * 1024
BODY = b'{"cost": "12.50"}'
BARE = zlib.compress(BODY)[2:-4]  # deflate without the wrapper


def pack(content):
    return gzip.compress(content, mtime=0)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (pack(BODY), "gzip"),
        (pack(BODY), " GZip "),
        (pack(BODY), "x-gzip"),
        (pack(BODY), "identity, gzip"),
        (pack(BODY), "deflate"),
        (pack(BODY) + b"\x00\x00", "gzip"),
        (pack(BODY[:9]) + pack(BODY[9:]), "gzip"),
        (zlib.compress(BODY), "deflate"),
        (BARE, "deflate"),
        (pack(pack(BODY)), "gzip, gzip"),
        (pack(zlib.compress(BODY)), "deflate, gzip"),
        (BODY, "identity"),
        (BODY, ""),
    ],
)
def test_a_packed_body_is_read(post, content, encoding):
    response = post(data=content, content_type=JSON, headers={"Content-Encoding": encoding})

    assert response.json["cost"] == "12.50"


@pytest.mark.parametrize("content_type", [FORM, "text/plain", None])
def test_a_packed_form_is_read_whatever_its_label(post, content_type):
    response = post(
        data=pack("cost=12.50&notes=José".encode("cp1252")),
        content_type=content_type,
        headers={"Content-Encoding": "gzip"},
    )

    assert (response.json["cost"], response.json["inserted"]["notes"]) == ("12.50", "José")


@pytest.mark.parametrize("content", [b"", pack(b"")], ids=["empty", "packed"])
def test_a_packed_body_of_nothing_is_none(post, content):
    response = post(query_string={"cost": 1}, data=content, headers={"Content-Encoding": "gzip"})

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("content", "encoding", "expected"),
    [
        (BODY, "gzip", (400, "Incomplete Request Body: it is no valid gzip")),
        (BODY, "deflate", (400, "Incomplete Request Body: it is no valid deflate")),
        (zlib.compress(BODY), "gzip", (400, "Incomplete Request Body: it is no valid gzip")),
        (pack(BODY)[:-1], "gzip", (400, "Incomplete Request Body: its gzip is cut off")),
        (pack(BODY)[:15], "gzip", (400, "Incomplete Request Body: its gzip is cut off")),
        (pack(BODY)[:2], "gzip", (400, "Incomplete Request Body: its gzip is cut off")),
        (zlib.compress(BODY)[:-1], "deflate", (400, "Incomplete Request Body: its deflate is cut off")),
        (BARE[:-1], "deflate", (400, "Incomplete Request Body: its deflate is cut off")),
        (pack(BODY)[:-5] + b"\x00\x00\x00\x00\x00", "gzip", (400, "Incomplete Request Body: it is no valid gzip")),
        (pack(BODY) + b"&cost=1", "gzip", (400, "Incomplete Request Body: it is no valid gzip")),
        (zlib.compress(BODY) + b"&cost=1", "deflate", (400, "Incomplete Request Body: it is no valid deflate")),
        (b"\x00", "deflate", (400, "Incomplete Request Body: its deflate is cut off")),
        (pack(BODY), "gzip, gzip", (400, "Incomplete Request Body: it is no valid gzip")),
    ],
)
def test_a_packed_body_that_cannot_be_unpacked_is_refused_and_logged(dialer, post, content, encoding, expected):
    response = post(query_string={"cost": 1}, data=content, headers={"Content-Encoding": encoding})

    row = dialer.execute("SELECT * FROM deliveries").fetchone()
    assert refusal(response) == expected
    assert (row["request_id"], row["outcome"]) == (response.headers["X-Request-ID"], "refused")
    assert dialer.costs() == ()


@pytest.mark.parametrize(
    "encoding", ["br", "zstd", "utf-8", "none", "gzip, br", "gzip, gzip, gzip", "gzip;q=1", "x" * 5_000]
)
def test_another_encoding_is_refused_with_those_that_are_read(dialer, post, encoding):
    response = post(query_string={"cost": 1}, data=pack(BODY), headers={"Content-Encoding": encoding})

    advice = f"Content-Encoding {encoding[:50]}: send gzip, deflate or no such header"
    assert refusal(response) == (415, f"Unsupported Media Type: {advice}")
    assert dialer.execute("SELECT status FROM deliveries").fetchone() == {"status": 415}


@pytest.mark.parametrize(
    ("content", "encoding"), [(pack(BODY), None), (pack(BODY), "identity"), (pack(pack(BODY)), "gzip")]
)
@pytest.mark.parametrize("content_type", [JSON, FORM, None])
def test_gzip_that_is_not_declared_is_told_so(post, content, encoding, content_type):
    headers = {"Content-Encoding": encoding} if encoding else {}

    response = post(data=content, content_type=content_type, headers=headers)

    advice = "the body is packed with gzip more often than Content-Encoding says"
    assert refusal(response) == (415, f"Unsupported Media Type: {advice}")


@pytest.mark.parametrize(
    "pack_body", [pack, zlib.compress, lambda body: zlib.compress(body)[2:-4]], ids=["gzip", "zlib", "bare"]
)
def test_a_body_may_be_as_large_unpacked_as_it_may_be_plain(dialer, post, pack_body):
    headers = {"Content-Encoding": "gzip" if pack_body is pack else "deflate"}
    for size, status in ((LIMIT, 200), (LIMIT + 1, 413)):
        body = b'{"cost": 1, "x": "'.ljust(size - 2, b"x") + b'"}'

        response = post(data=pack_body(body), content_type=JSON, headers=headers)

        assert response.status_code == status
    assert refusal(response)[1] == "Request Too Large: a body may have 262144 bytes, also unpacked"
    assert len(dialer.costs()) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pack_bomb", "encoding"),
    [
        (lambda: pack(b" " * 100_000_000), "gzip"),
        (lambda: zlib.compress(b" " * 100_000_000), "deflate"),
        (lambda: pack(pack(b" " * 100_000_000)), "gzip, gzip"),
        (lambda: pack(b" " * 1_000) * 5_000, "gzip"),
    ],
    ids=["gzip", "deflate", "twice", "in members"],
)
def test_a_bomb_is_refused_promptly_and_logged(dialer, post, pack_bomb, encoding):
    content = pack_bomb()

    started = time.monotonic()
    response = post(query_string={"cost": 1}, data=content, headers={"Content-Encoding": encoding})

    assert refusal(response)[0] == 413
    assert time.monotonic() - started < 1
    assert dialer.execute("SELECT status FROM deliveries").fetchone() == {"status": 413}


def test_a_body_of_empty_members_is_read_promptly(post):
    started = time.monotonic()
    response = post(query_string={"cost": 1}, data=pack(b"") * 12_000, headers={"Content-Encoding": "gzip"})

    assert response.status_code == 200
    assert time.monotonic() - started < 2
