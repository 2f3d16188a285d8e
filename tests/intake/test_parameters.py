"""Where a parameter may stand, what comes first, and the bodies that are refused with their reason."""

import json
import time
from io import BytesIO

import pytest

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
LIMIT = 256 * 1024

DID_ALIASES = ["inbound_number", "number_dialed", "call_to", "did"]
CID_ALIASES = ["phone_number", "phone", "cid", "call_from"]
TOKENS = [
    "[Call:ConversionPayout]",
    "[tag:InboundNumber:Number-NoPlus]",
    "[[payout]]",
    "{payout}",
    "{{payout}}",
    "{{ call.payout }}",
    "%PAYOUT%",
    "--A--payout--B--",
    " [payout]\n",
    "[]",
    "{}",
    "%5BCall%3APayout%5D",
    "%7B%7Bpayout%7D%7D",
    "%25PAYOUT%25",
]


def refusal(response):
    assert response.content_type == "application/json"
    assert list(response.json) == ["error"]
    return response.status_code, response.json["error"]


@pytest.mark.parametrize(("name", "aliases"), [("did", DID_ALIASES), ("cid", CID_ALIASES)])
def test_the_first_alias_wins_and_the_path_comes_last(post, name, aliases):
    numbers = {alias: f"800555010{place}" for place, alias in enumerate(aliases)}
    answers = []

    while numbers:
        answers.append(post(json={"cost": 1, **dict(reversed(numbers.items()))}).json[name])
        del numbers[min(numbers, key=aliases.index)]
    answers.append(post(json={"cost": 1}).json[name])

    in_path = {"did": "8005550142", "cid": "7205550134"}[name]
    assert answers == ["8005550100", "8005550101", "8005550102", "8005550103", in_path]


@pytest.mark.parametrize("alias", DID_ALIASES)
def test_the_body_comes_before_the_query_and_that_before_the_path(post, alias):
    query = {alias: "8005550101"}

    assert post(query_string=query, json={"cost": 1, alias: "8005550100"}).json["did"] == "8005550100"
    assert post(query_string={**query, "cost": 1}).json["did"] == "8005550101"


def test_an_earlier_alias_in_the_query_comes_before_a_later_one_in_the_body(post):
    response = post(query_string={"inbound_number": "8005550100"}, json={"cost": 1, "did": "8005550101"})

    assert response.json["did"] == "8005550100"


@pytest.mark.parametrize("blank", ["", " ", "\t\n", None])
def test_a_blank_value_is_skipped_in_favour_of_the_next_place(post, blank):
    response = post(
        query_string={"call_to": "8005550101", "cost": 2},
        json={"inbound_number": blank, "number_dialed": blank, "call_to": blank, "did": "8005550102", "cost": blank},
    )

    assert (response.json["did"], response.json["cost"]) == ("8005550101", "2")


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"did": "8005550100", "cid": "7205550100", "cost": "2"}},
        {"data": {"did": "8005550100", "cid": "7205550100", "cost": "2"}},
        {"data": {"did": "8005550100", "cid": "7205550100", "cost": "2"}, "content_type": "multipart/form-data"},
        {"query_string": {"did": "8005550100", "cid": "7205550100", "cost": "2"}},
        {"query_string": {"did": "8005550100"}, "json": {"cid": "7205550100", "cost": 2}},
        {"query_string": {"cid": "7205550100", "cost": "2"}, "data": {"did": "8005550100"}},
    ],
    ids=["json", "form", "multipart", "query", "query and json", "query and form"],
)
def test_parameters_may_come_in_any_place_or_in_several(post, request_):
    response = post("", **request_)

    assert response.status_code == 200
    assert [response.json[name] for name in ("did", "cid", "cost")] == ["8005550100", "7205550100", "2"]


@pytest.mark.parametrize(
    "content_type",
    [
        JSON,
        f"{JSON}; charset=utf-8",
        "Application/JSON",
        "application/vnd.x+json",
        "text/json",
        FORM,
        "text/plain",
        None,
    ],
)
@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf", b" \r\n\t"], ids=["bare", "byte order mark", "blanks"])
def test_a_json_object_is_read_under_whatever_label(post, content_type, prefix):
    response = post(data=prefix + b'{"cost": 12.50}', content_type=content_type)

    assert response.status_code == 200
    assert response.json["cost"] == "12.50"


@pytest.mark.parametrize("plus", ["+18005550142", "%2B18005550142", "1-800-555-0142"])
def test_a_plus_may_be_eaten_by_the_decoding_of_a_form(post, plus):
    response = post("", data=f"did={plus}&cid=7205550134&cost=1", content_type=FORM)

    assert response.json["inserted"]["call_to"] == "8005550142"


def test_whatever_else_a_platform_sends_is_ignored(post):
    response = post(json={"cost": 1, "extra": {"deep": [1, None, True]}, "inserted": "x", "": "y"})

    assert response.status_code == 200


@pytest.mark.parametrize("token", TOKENS)
def test_an_unrendered_token_is_absent_and_named(dialer, post, token):
    status, error = refusal(post(json={"cost": token}))

    assert (status, error) == (400, f"Missing or Invalid Cost: {token} was not filled in by the sender")
    assert dialer.costs() == ()


@pytest.mark.parametrize("token", TOKENS)
def test_an_unrendered_token_gives_way_to_the_next_value(post, token):
    response = post(query_string={"cost": 2}, json={"inbound_number": token, "cost": token, "notes": token})

    assert (response.json["did"], response.json["cost"], response.json["inserted"]["notes"]) == (
        "8005550142",
        "2",
        None,
    )


def test_a_token_in_the_path_is_absent_and_named(post):
    error = refusal(post("/[Call:Number]/%7Bcid%7D", json={"cost": 1}))

    assert error == (400, "Missing or Invalid DID: [Call:Number] was not filled in by the sender")


@pytest.mark.parametrize(
    "text",
    [
        "[a] and [b]",
        "{a} {b}",
        "%A% %B%",
        "[a",
        "a]",
        "x[a]",
        "100%",
        "50% of 100%",
        "-- see below --",
        "--",
        "[a}",
        "%5B",
    ],
)
def test_a_text_that_only_looks_like_a_token_is_kept(post, text):
    response = post(json={"cost": 1, "notes": text})

    assert response.json["inserted"]["notes"] == text


TWICE = [
    {"query_string": "cost=1&cost=2"},
    {"data": "cost=1&cost=2", "content_type": FORM},
    {"data": {"cost": ["1", "2"]}, "content_type": "multipart/form-data"},
    {"data": '{"cost": 1, "cost": 2}', "content_type": JSON},
    {"data": '{"cost": 1, "cost": 1.0}', "content_type": JSON},
    {"data": '{"cost": 1, "cost": [1]}', "content_type": JSON},
    {"query_string": "cost=1&cost=2", "json": {"cost": 3}},
]


@pytest.mark.parametrize("request_", TWICE)
def test_a_name_given_twice_with_different_values_is_refused(dialer, post, request_):
    status, error = refusal(post(**request_))

    assert (status, error) == (400, "Invalid Cost: given twice")
    assert dialer.costs() == ()


@pytest.mark.parametrize(
    ("name", "error"),
    [
        *((alias, "Invalid DID") for alias in DID_ALIASES),
        *((alias, "Invalid CID") for alias in CID_ALIASES),
        ("cost", "Invalid Cost"),
        ("date_billed", "Invalid Date Billed"),
        ("call_date", "Invalid Call Date"),
        ("notes", "Invalid Notes"),
        ("idempotency_key", "Invalid Idempotency Key"),
    ],
)
def test_given_twice_is_refused_whatever_the_parameter(post, name, error):
    query = {"cost": 1} if name != "cost" else {}
    values = {"number": ("7205550134", "7205550135"), "Date": ("2024-03-05", "2024-03-06")}
    first, second = values["Date"] if "date" in name else values["number"]

    response = post(query_string=query, data=f"{name}={first}&{name}={second}", content_type=FORM)

    assert refusal(response) == (400, f"{error}: given twice")


@pytest.mark.parametrize(
    "request_",
    [
        {"query_string": "cost=1&cost=1"},
        {"query_string": "cost=&cost=1&cost=+"},
        {"data": "cost=1&cost=1", "content_type": FORM},
        {"data": "cost=1&cost=", "content_type": FORM},
        {"data": {"cost": ["1", "1"]}, "content_type": "multipart/form-data"},
        {"data": '{"cost": 1, "cost": "1"}', "content_type": JSON},
        {"data": '{"cost": null, "cost": 1}', "content_type": JSON},
        {"query_string": "cost=2", "json": {"cost": 1}},
        {"query_string": "cost=1&foo=1&foo=2"},
    ],
)
def test_given_twice_alike_or_blank_or_in_two_places_or_unknown_is_fine(post, request_):
    response = post(**request_)

    assert response.status_code == 200
    assert response.json["cost"] == "1"


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
        ("cost=1", "(char 0)"),
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
    ],
    ids=lambda text: text[:20],
)
def test_a_json_body_that_is_none_is_refused_with_the_position(dialer, post, body, reason):
    status, error = refusal(post(query_string={"cost": 1}, data=body, content_type=JSON))

    assert status == 400
    assert error.startswith("Invalid JSON Body: ")
    assert reason in error
    assert dialer.costs() == ()


@pytest.mark.parametrize("body", [b'{"notes": "\xff"}', '{"cost": 1}'.encode("utf-16")], ids=["a byte", "utf-16"])
def test_json_that_is_not_utf_8_is_refused_with_the_position(post, body):
    position = body.index(b"\xff")

    assert refusal(post(data=body, content_type=JSON)) == (400, f"Invalid JSON Body: not UTF-8 at byte {position}")


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
        (b"cost=\xff", FORM, "not UTF-8"),
        (b"cost=1", "multipart/form-data", "cannot be parsed"),
        (b"cost=1", MULTIPART, "cannot be parsed"),
        (b'{"cost": 1}', MULTIPART, "cannot be parsed"),
        (b"--x\r\nContent-Disposition: form-data; name=cost\r\n\r\n5", MULTIPART, "cannot be parsed"),
        (b"--x\r\nContent-Disposition: form-data; name=co", MULTIPART, "cannot be parsed"),
        (b"--x\r\nContent-Type: text/plain\r\n\r\n5\r\n--x--\r\n", MULTIPART, "cannot be parsed"),
    ],
    ids=["byte", "no boundary", "no multipart", "json", "no end", "half a header", "no name"],
)
def test_a_form_that_is_none_is_refused(dialer, post, body, content_type, reason):
    response = post(query_string={"cost": 1}, data=body, content_type=content_type)

    assert refusal(response) == (400, f"Invalid Form Body: {reason}")
    assert dialer.costs() == ()


@pytest.mark.parametrize("content_type", [JSON, FORM, MULTIPART, "text/plain", "text/xml", None])
@pytest.mark.parametrize("body", [b"", b" \r\n"], ids=["empty", "blank"])
def test_an_empty_body_is_none_whatever_its_label(post, content_type, body):
    response = post(query_string={"cost": 1}, data=body, content_type=content_type)

    assert response.status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"cost=1", "text/plain"),
        (b"cost=1", None),
        (b"<cost>1</cost>", "text/xml"),
        (b"[1]", "text/plain"),
        (b"1", ";="),
    ],
)
def test_a_body_of_another_type_is_refused(dialer, post, body, content_type):
    response = post(query_string={"cost": 1}, data=body, content_type=content_type)

    assert refusal(response) == (415, "Unsupported Media Type: send JSON or a form")
    assert dialer.costs() == ()


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


def test_without_length_and_chunks_there_is_no_body(post):
    response = post(query_string={"cost": 1}, environ_overrides={"wsgi.input": BytesIO(b'{"cost": 2}')})

    assert response.json["cost"] == "1"
