"""The bodies that are read, and those that are refused with their reason."""

import json
import time
from io import BytesIO

import pytest

from tests.calls import FORM, JSON, MULTIPART, refusal

LIMIT = 256 * 1024
NAMELESS = "a part has no name that can be read"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"cost": 1', "(char 10)"),
        ('{"cost": 1,}', "(char 11)"),
        ("{'cost': 1}", "(char 1)"),
        ('{"cost": 01}', "(char 10)"),
        ('{"cost": 1} x', "(char 12)"),
        ('{"notes": "a\nb"}', "(char 12)"),
        ('{"notes": "\\x"}', "(char 11)"),
        ("cost 1", "(char 0)"),
        ("<cost>1</cost>", "(char 0)"),
        ("[1", "(char 2)"),
        ('{"cost": NaN}', "NaN is no JSON value, at character 9"),
        ('{"cost": Infinity}', "Infinity is no JSON value, at character 9"),
        ('{"cost": -Infinity}', "-Infinity is no JSON value, at character 9"),
        ('{"cost": 1, "extra": [NaN]}', "NaN is no JSON value, at character 22"),
        ("[]", "must be an object"),
        ('[{"cost": 1}]', "must be an object"),
        ('"cost"', "must be an object"),
        ("12.5", "must be an object"),
        ("null", "must be an object"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' * 20_000 + "1" + "}" * 20_000, "nested too deeply"),
        ('{"cost": 1, "x": ' + "[" * 100 + "]" * 100 + "}", "nested too deeply, 100 levels are allowed"),
        ('{"cost": 1, "x": [{"y": 1, "y": ' + "[" * 98 + "]" * 98 + "}]}", "nested too deeply"),
    ],
    ids=lambda text: text[:20],
)
def test_a_malformed_json_body_is_refused_with_the_position(dialer, post, body, reason):
    status, error = refusal(post(query_string={"cost": 1}, data=body, content_type=JSON))

    assert status == 400
    assert error.startswith("Invalid JSON Body: ")
    assert reason in error
    assert dialer.costs() == ()


def test_a_json_body_may_be_nested_a_hundred_levels_deep(dialer, post):
    response = post(data='{"cost": 1, "x": ' + "[" * 99 + "]" * 99 + "}", content_type=JSON)

    assert response.status_code == 200


def test_a_json_body_that_is_nested_too_deeply_is_refused_and_logged(dialer, post):
    response = post(data='{"cost": 1, "x": ' + "[" * 975 + "]" * 975 + "}", content_type=JSON)

    row = dialer.execute("SELECT * FROM deliveries").fetchone()
    assert refusal(response)[1].startswith("Invalid JSON Body: nested too deeply")
    assert (row["request_id"], row["outcome"]) == (response.headers["X-Request-ID"], "refused")


@pytest.mark.parametrize("text", ["NaN", "Infinity -Infinity", 'a "NaN" b', "\\", '\\"NaN'])
def test_a_constant_inside_a_string_is_just_text(post, text):
    response = post(json={"cost": 1, "notes": text, "NaN": 1})

    assert response.json["inserted"]["notes"] == text


def test_a_body_of_quotes_is_answered_promptly(post):
    started = time.monotonic()
    response = post(data='{"' + '\\"' * 20_000, content_type=JSON)

    assert refusal(response)[0] == 400
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("depth", [300, 600, 900])
def test_deeply_nested_values_given_twice_are_refused(post, depth):
    value = '{"a": ' * depth + "1" + "}" * depth

    response = post(data=f'{{"cost": {value}, "cost": {value}}}', content_type=JSON)

    assert refusal(response)[0] == 400


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b"cost 1", "multipart/form-data", "cannot be parsed"),
        (b"cost 1", MULTIPART, "cannot be parsed"),
        (b"--x--", "multipart/form-data", "cannot be parsed"),
        (b"--x\r\nContent-Disposition: form-data; name=cost\r\n\r\n5", MULTIPART, "cannot be parsed"),
        (b"--x\r\nContent-Disposition: form-data; name=co", MULTIPART, "cannot be parsed"),
        (b"--x\r\nContent-Type: text/plain\r\n\r\n5\r\n--x--\r\n", MULTIPART, "cannot be parsed"),
        (b"--x\r\nContent-Disposition: form-data\r\n\r\n5\r\n--x--\r\n", MULTIPART, NAMELESS),
        (b'--x\r\nContent-Disposition: form-data; name="c\\"\r\n\r\n5\r\n--x--\r\n', MULTIPART, NAMELESS),
    ],
    ids=[
        "no boundary",
        "no multipart",
        "only an end",
        "no end",
        "half a header",
        "no header",
        "no name",
        "half a name",
    ],
)
def test_a_malformed_form_is_refused(dialer, post, body, content_type, reason):
    response = post(query_string={"cost": 1}, data=body, content_type=content_type)

    row = dialer.execute("SELECT * FROM deliveries").fetchone()
    assert refusal(response) == (400, f"Invalid Form Body: {reason}")
    assert (row["request_id"], row["outcome"]) == (response.headers["X-Request-ID"], "refused")
    assert dialer.costs() == ()


@pytest.mark.parametrize("content_type", [JSON, FORM, MULTIPART, "text/plain", "text/xml", None])
@pytest.mark.parametrize("body", [b"", b" \r\n"], ids=["empty", "blank"])
def test_an_empty_body_counts_as_absent_under_any_label(post, content_type, body):
    response = post(query_string={"cost": 1}, data=body, content_type=content_type)

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"cost: 1", "text/plain"),
        (b"cost", None),
        (b"did,cid,cost\r\n8005550142,7205550134,1", "text/csv"),
        (b"<cost>1</cost>", "text/xml"),
        (b'<?xml version="1.0"?><call cost="1"/>', FORM),
        (b"1", ";="),
    ],
)
def test_a_body_of_another_type_is_refused(dialer, post, body, content_type):
    response = post(query_string={"cost": 1}, data=body, content_type=content_type)

    assert refusal(response) == (415, "Unsupported Media Type: send JSON or a form")
    assert dialer.costs() == ()


FORMS = [
    b"cost=12.50&notes=a+b",
    b"&cost=12.50&notes=a%20b",
    b"\r\nnotes=a b&cost=12.50",
    b"call[x]=1&cost=12.50&notes=a+b",
    b'--x\r\nContent-Disposition: form-data; name="cost"\r\n\r\n12.50\r\n'
    b"--x\r\ncontent-disposition: form-data; name=notes\r\n\r\na b\r\n--x--\r\n",
]
LABELS = [JSON, "text/json", "text/plain", "text/html", "application/octet-stream", FORM, MULTIPART, "*/*", "x", None]


@pytest.mark.parametrize("content_type", [*LABELS, "multipart/form-data", f"{JSON}, {JSON}", f"{FORM},{FORM}"])
@pytest.mark.parametrize("body", FORMS, ids=["plain", "ampersand", "blanks", "brackets", "multipart"])
def test_a_form_is_read_whatever_its_label(post, body, content_type):
    response = post(data=body, content_type=content_type)

    assert (response.json["cost"], response.json["inserted"]["notes"]) == ("12.50", "a b")


@pytest.mark.parametrize("content_type", [*LABELS, "application/xml"])
def test_json_that_is_no_object_is_told_so_whatever_its_label(post, content_type):
    for body in (b'[{"cost": 1}]', b'"{}"'):
        status, error = refusal(post(query_string={"cost": 1}, data=body, content_type=content_type))

        assert (status, error.partition(",")[0]) == (
            400,
            'Invalid JSON Body: must be an object such as {"cost": "12.50"}',
        )


def test_a_body_with_nothing_but_a_byte_order_mark_is_none(post):
    assert post(query_string={"cost": 1}, data=b"\xef\xbb\xbf", content_type=JSON).status_code == 200


@pytest.fixture
def post_stream(post):
    """Send a body as it comes from a socket: with a length of its own, or in chunks and with none."""

    def send(body, length=None, content_type=JSON):
        environ = {"wsgi.input": BytesIO(body), "CONTENT_TYPE": content_type}
        environ |= {"wsgi.input_terminated": True} if length is None else {"CONTENT_LENGTH": str(length)}
        return post(environ_overrides=environ)

    return send


def body_of(size, content_type):
    start, end = (b'{"cost": 1, "extra": "', b'"}') if content_type == JSON else (b"cost=1&extra=", b"")
    return start + b"x" * (size - len(start) - len(end)) + end


@pytest.mark.parametrize("content_type", [JSON, FORM])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_body_of_256_kib_is_read_and_one_byte_more_is_refused(dialer, post_stream, content_type, chunked):
    for size, status in ((LIMIT, 200), (LIMIT + 1, 413)):
        response = post_stream(body_of(size, content_type), None if chunked else size, content_type)

        assert response.status_code == status
    assert refusal(response) == (413, "Request Too Large: a body may have 262144 bytes")
    assert len(dialer.costs()) == 1


def test_a_chunked_body_is_read_to_its_end(post_stream):
    response = post_stream(json.dumps({"cost": "123456.00"}).encode())

    assert response.json["cost"] == "123456.00"


def test_a_body_that_announces_more_than_the_limit_is_refused_unread(post_stream):
    assert refusal(post_stream(b"", length=10**12))[0] == 413


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"cost=12", FORM), (b'{"cost": 12}', JSON), (b"", FORM)],
    ids=["form", "json", "nothing"],
)
def test_a_body_shorter_than_announced_is_refused(dialer, post_stream, body, content_type):
    length = len(body) + 3

    response = post_stream(body, length, content_type)

    assert refusal(response) == (400, f"Incomplete Request Body: {length - 3} of {length} bytes came")
    assert dialer.costs() == ()


def test_a_request_without_length_and_chunks_has_no_body(post):
    response = post(query_string={"cost": 1}, environ_overrides={"wsgi.input": BytesIO(b'{"cost": 2}')})

    assert response.json["cost"] == "1"
