"""Bytes become the same text wherever they stand, and no charset that a sender declares stops or slows the service."""

import time
from encodings.aliases import aliases

import pytest

from ingress.intake.text import decode_text, narrow, parse_urlencoded
from tests.calls import FORM, JSON

NAME = "José’s"
CP1252, UTF8 = NAME.encode("cp1252"), NAME.encode()
PART = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n%s\r\n%s\r\n'
ODD = [
    "undefined",
    "idna",
    "punycode",
    "unicode_escape",
    "utf-7",
    "hex",
    "rot13",
    "x",
    "",
    " ",
    "a" * 5_000,
    "\x00",
    "é",
]


def quote(content):
    return b"".join(b"%%%02x" % byte for byte in content)


def json_body(notes):
    return b'{"cost": 1, "notes": "%s"}' % notes


def form_body(notes):
    return b"cost=1&notes=" + notes


def quoted_form_body(notes):
    return b"cost=1&notes=" + quote(notes)


def multipart_body(notes):
    return PART % (b"cost", b"", b"1") + PART % (b"notes", b"", notes) + b"--x--\r\n"


BODIES = [
    (json_body, JSON),
    (form_body, FORM),
    (quoted_form_body, FORM),
    (multipart_body, "multipart/form-data; boundary=x"),
]


@pytest.mark.parametrize(("make_body", "content_type"), BODIES)
@pytest.mark.parametrize(
    ("content", "charset"),
    [
        (UTF8, None),
        (UTF8, "utf-8"),
        (UTF8, "UTF8"),
        (UTF8, "us-ascii"),
        (UTF8, "undefined"),
        (UTF8, "utf-16"),
        (CP1252, None),
        (CP1252, "utf-8"),
        (CP1252, "windows-1252"),
        (CP1252, "iso-8859-1"),
        (CP1252, "null"),
        (NAME.encode("mac-roman"), "macintosh"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_name_is_read_alike_in_every_kind_of_body(post, make_body, content_type, content, charset):
    response = post(data=make_body(content), content_type=content_type + (f"; charset={charset}" if charset else ""))

    assert response.json["inserted"]["notes"] == NAME


@pytest.mark.parametrize("content", [UTF8, CP1252], ids=["utf-8", "windows-1252"])
def test_a_name_in_the_query_is_read_like_one_in_a_body(post, content):
    response = post("/8005550142/7205550134?cost=1&notes=" + quote(content).decode())

    assert response.json["inserted"]["notes"] == NAME


@pytest.mark.parametrize(("make_body", "content_type"), BODIES)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("charset", ["", "; charset=utf-16", "; charset=utf-8"])
def test_a_body_in_utf_16_is_read_with_and_without_its_mark(post, make_body, content_type, encoding, charset):
    body = make_body(UTF8).decode().encode(encoding)

    response = post(data=body, content_type=content_type + charset)

    assert response.json["inserted"]["notes"] == NAME


@pytest.mark.parametrize("marks", [1, 2, 3])
@pytest.mark.parametrize(("make_body", "content_type"), BODIES[:3])
def test_byte_order_marks_are_dropped(post, make_body, content_type, marks):
    response = post(data=b"\xef\xbb\xbf" * marks + make_body(b"a"), content_type=content_type)

    assert (response.json["cost"], response.json["inserted"]["notes"]) == ("1", "a")


def test_byte_order_marks_in_the_query_are_dropped(post):
    assert post("/8005550142/7205550134?%EF%BB%BF%EF%BB%BFcost=%EF%BB%BF1").json["cost"] == "1"


def test_each_part_of_a_multipart_form_has_a_charset_of_its_own(post):
    body = (
        PART % (b"cost", b"Content-Type: text/plain; charset=utf-16le\r\n", "12.50".encode("utf-16-le"))
        + PART % (b"notes", b"Content-Type: text/plain; charset=iso-8859-1\r\n", b"Jos\xe9")
        + PART % (b'did"; filename="\xe9', b"", b"\xff\x00")
        + PART % (b"idempotency_key", b"", UTF8)
        + b"--x--\r\n"
    )

    answers = [post(data=body, content_type="multipart/form-data; boundary=x") for _ in range(2)]

    assert (answers[0].json["cost"], answers[0].json["inserted"]["notes"]) == ("12.50", "José")
    assert answers[1].headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("charset", [*ODD, *sorted({*aliases, *aliases.values()})])
def test_no_charset_raises_or_lets_half_characters_in(charset):
    for content in (b"", b"abc", bytes(range(256)), b"\x00\xd8", b"+2AA-", b"xn--a.", b"\\ud800"):
        decode_text(content, charset).encode()
        narrow(content, charset)


@pytest.mark.parametrize("charset", ODD)
def test_an_unknown_charset_is_none(charset):
    assert decode_text(b"a.b\\x61 +AGE-", charset) == "a.b\\x61 +AGE-"


@pytest.mark.slow
@pytest.mark.parametrize("charset", [None, "idna", "iso2022_jp", "hz"])
def test_a_long_text_is_decoded_promptly(charset):
    started = time.monotonic()
    decode_text(b"a." * 130_000, charset)
    parse_urlencoded(b"%e9=&" * 50_000, charset)

    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("content", "pairs"),
    [
        (b"", []),
        (b"&&", []),
        (b"a", [("a", "")]),
        (b"a=1&a=2", [("a", "1"), ("a", "2")]),
        (b"a=b=c&d=%26%3D", [("a", "b=c"), ("d", "&=")]),
        (b"a+b=c+d%2B", [("a b", "c d+")]),
        (b"a=%&b=%zz&c=%4", [("a", "%"), ("b", "%zz"), ("c", "%4")]),
        (b"a;b=1;c", [("a;b", "1;c")]),
        (b"=1", [("", "1")]),
    ],
)
def test_a_form_is_cut_into_names_and_values(content, pairs):
    assert list(parse_urlencoded(content).items(multi=True)) == pairs
