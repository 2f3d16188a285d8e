"""Requests as platforms send them, over a real connection: what is answered, written and logged."""

import base64
import http.client
import json
import re
import time
from pathlib import Path

import pytest

from tools.service import serve

CASES = json.loads(Path(__file__).with_name("cases").joinpath("http.json").read_text())
SECRET = "a-secret-for-tests"


@pytest.fixture(scope="module")
def service(tables, tmp_path_factory):
    settings = {"RATELIMIT_AUTH_FAILURES": "40 per minute", "WEB_CONCURRENCY": "1"}
    with serve(tmp_path_factory.mktemp("service") / "log", **settings) as service:
        yield service


@pytest.fixture
def fill(key):
    """Put the key's credentials into a text."""
    basic = base64.b64encode(f"{key['tld-api-id']}:{SECRET}".encode()).decode()

    def fill_in(text, pad=0):
        filled = text.replace("$ID", key["tld-api-id"]).replace("$KEY", SECRET)
        return filled.replace("$BASIC", basic).replace("$PAD", "x" * pad)

    return fill_in


def send(service, fill, request):
    """Send the request; return status, headers in lower case and JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    pad = request.get("pad", 0)
    if "raw" in request:
        return send_raw(connection, fill_raw(fill, base64.b64decode(request["raw"]), pad))
    body = base64.b64decode(request["body64"]) if "body64" in request else fill(request.get("body", ""), pad).encode()
    connection.putrequest(request["method"], fill(request["path"], pad), skip_accept_encoding=True)
    headers = [(name, fill(value, pad)) for name, value in request["headers"]]
    is_chunked = any(name.lower() == "transfer-encoding" for name, _ in headers)
    for name, value in [
        *headers,
        *([] if is_chunked else [("Content-Length", str(len(body)))]),
        ("Connection", "close"),
    ]:
        connection.putheader(name, value)
    connection.endheaders(body)
    return read(connection.getresponse())


def fill_raw(fill, raw, pad):
    """Fill in credentials, and correct the length that the head tells."""
    text = fill(raw.decode("latin-1"), pad)
    head, _, body = text.partition("\r\n\r\n")
    head = re.sub(r"(?i)(content-length:\s*)\d+", lambda match: f"{match[1]}{len(body)}", head)
    added = "" if "\r\nhost:" in head.lower() else "\r\nHost: localhost\r\nConnection: close"
    return f"{head}{added}\r\n\r\n{body}".encode("latin-1")


def send_raw(connection, raw):
    connection.connect()
    connection.sock.sendall(raw)
    response = http.client.HTTPResponse(connection.sock)
    response.begin()
    return read(response)


def read(response):
    return response.status, {name.lower(): value for name, value in response.getheaders()}, json.loads(response.read())


def is_logged(dialer, request_id):
    """True once the delivery log has the request."""
    for _ in range(20):
        if dialer.execute("SELECT 1 FROM deliveries WHERE request_id = %s", request_id).fetchone():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_request_gets_what_the_contract_says(case, service, fill, dialer):
    expect = case["expect"]
    if "first" in case:
        assert send(service, fill, case["first"])[0] == 200

    for _ in range(case.get("times", 1)):
        status, headers, answer = send(service, fill, case)

    statuses = expect["status"] if isinstance(expect["status"], list) else [expect["status"]]
    assert status in statuses, answer
    if "error" in expect:
        assert answer["error"].partition(":")[0] == expect["error"]
    assert not expect.get("mentions") or any(word.lower() in answer["error"].lower() for word in expect["mentions"])
    for name in {"cost", "call_from", "call_to", "call_date", "date_billed", "notes"} & set(expect):
        assert answer["inserted"][name] == expect[name]
    for name, value in expect.get("header", {}).items():
        assert value in headers[name]
    if expect.get("logged"):
        assert is_logged(dialer, headers["x-request-id"])
    assert len(dialer.costs()) == (status == 200) + ("first" in case)


def send_in_pieces(service, raw, size=1460):
    """Send a request as a network brings it."""
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
    connection.connect()
    for start in range(0, len(raw), size):
        connection.sock.sendall(raw[start : start + size])
        time.sleep(0.001)
    response = http.client.HTTPResponse(connection.sock)
    response.begin()
    return read(response)


@pytest.mark.parametrize("length", [8_300, 40_000, 200_000])
def test_a_long_url_that_comes_in_pieces_is_refused_and_logged(service, fill, dialer, length):
    raw = fill(
        f"POST /api/ingress/calls/inbound/billable/8005550142/7205550182?cost=1&x={'x' * length} HTTP/1.1\r\n"
        "Host: localhost\r\ntld-api-id: $ID\r\ntld-api-key: $KEY\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )

    status, headers, answer = send_in_pieces(service, raw.encode())

    assert (status, answer["error"].partition(":")[0]) == (414, "URI Too Long")
    assert is_logged(dialer, headers["x-request-id"])


def test_a_url_beyond_all_bounds_is_refused_before_its_end(service):
    status, _, answer = send_in_pieces(service, b"POST /" + b"x" * 256 * 1024, 16_000)

    assert (status, answer) == (414, {"error": "URI Too Long: a head may have 262144 bytes"})


def test_headers_that_nearly_are_credentials_are_named_at_once_among_many(service):
    line = b"_" * 8_000
    head = b"POST /api/ingress/calls/inbound/billable HTTP/1.1\r\nHost: a\r\ntld_api_id: 1\r\n"
    started = time.monotonic()

    status, _, answer = send_in_pieces(service, head + (line + b": 1\r\n") * 20 + b"\r\n", 100_000)

    assert (status, answer["error"].partition(",")[0]) == (401, "No API ID Provided: tld_api_id came")
    assert time.monotonic() - started < 2
