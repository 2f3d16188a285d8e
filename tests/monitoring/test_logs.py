"""The log of the service as it runs: a JSON line for each request and for all else, and neither secret nor number."""

import base64
import json
import logging
import re
import socket
import sys
import time
from contextlib import suppress
from urllib.parse import quote

import pytest

from ingress.monitoring.logs import JsonFormatter
from tests.calls import PATH
from tests.conftest import SECRET, URL
from tools.service import read_lines, serve

JSON = {"Content-Type": "application/json"}
OTHER_SECRET = "another-secret-that-is-wrong"


@pytest.fixture(scope="module")
def service(tables, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("gunicorn") / "log", WEB_CONCURRENCY="1", app="tests.buggy:app") as service:
        yield service


@pytest.fixture(scope="module")
def sound_service(tables, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("gunicorn") / "log", WEB_CONCURRENCY="1") as service:
        yield service


def line_of(service, headers):
    """The line of an answered request; it is written when the answer has been sent."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for line in read_lines(service):
            if line.get("request_id") == headers["X-Request-ID"] and "status" in line:
                return line
        time.sleep(0.01)
    raise AssertionError("no line")


def test_a_billed_request_is_one_line_with_its_outcome(sound_service, dialer, key):
    dialer.add_call("2024-03-05 14:21:50")
    body = json.dumps({"cost": 12.5, "call_date": "2024-03-05T14:21:09Z"}).encode()

    _, headers, _ = sound_service.send("POST", f"{PATH}?x=1", {**key, **JSON}, body)

    line = line_of(sound_service, headers)
    assert line.pop("milliseconds") > 0
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "info",
        "request_id": headers["X-Request-ID"],
        "method": "POST",
        "path": f"{URL}/******0142/******0134",
        "status": 200,
        "outcome": "billed",
        "api_id": int(key["tld-api-id"]),
        "claimed_api_id": None,
        "old_secret": False,
        "address": "127.0.0.1",
        "error": None,
        "did": "******0142",
        "cid": "******0134",
    }


def test_a_refused_request_is_a_warning_with_the_error(sound_service, dialer, key):
    _, headers, _ = sound_service.send("POST", f"{URL}/8005550142/266696687?cost=1", key)

    line = line_of(sound_service, headers)
    assert (line["level"], line["status"], line["outcome"]) == ("warning", 400, "refused")
    assert line["error"].startswith("Invalid CID: *****6687")
    assert (line["did"], line["cid"]) == ("******0142", None)


def test_a_request_without_a_valid_key_has_no_api_id(sound_service, dialer):
    _, headers, _ = sound_service.send("POST", f"{PATH}?api=1&apikey={OTHER_SECRET}")

    line = line_of(sound_service, headers)
    assert (line["status"], line["outcome"], line["api_id"]) == (401, "refused", None)
    assert line["error"] == "Invalid API ID or Key"


@pytest.mark.parametrize(("has_key", "status"), [(True, 400), (False, 401)])
def test_a_form_with_a_nameless_part_leaves_a_line_with_its_address(sound_service, dialer, key, has_key, status):
    form = b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x", **(key if has_key else {})}

    answer, headers, _ = sound_service.send("POST", PATH, headers, form)

    line = line_of(sound_service, headers)
    assert (answer, line["status"], line["outcome"]) == (status, status, "refused")
    assert line["address"] == "127.0.0.1"


def test_an_unknown_path_is_logged_without_its_query(sound_service):
    _, headers, _ = sound_service.send("GET", "/7205550134/x?cost=1")

    line = line_of(sound_service, headers)
    assert (line["path"], line["status"], line["error"]) == ("/******0134/x", 404, "Not Found")


@pytest.mark.parametrize(
    "head",
    [
        b"POST /x?apikey=%s HTTP/9.9.9",
        b"P\x00ST /x?apikey=%s HTTP/1.1",
        b"/x?apikey=%s",
        b"POST /x HTTP/1.1\r\ntld-api-key %s",
        b"POST /x?apikey=%s HTTP/1.1\r\nContent-Length: %s",
        b"POST /x?apikey=%s HTTP/1.1\r\nTransfer-Encoding: %s\r\n\r\n0",
        b"POST /x HTTP/1.1\r\nHost: x\r\n tld-api-key: %s",
    ],
)
def test_a_request_that_gunicorn_refuses_is_logged_without_its_head(sound_service, head):
    before = len(read_lines(sound_service))

    with socket.create_connection(("127.0.0.1", sound_service.port), timeout=15) as connection:
        connection.sendall(head.replace(b"%s", SECRET.encode()) + b"\r\n\r\n")
        with suppress(ConnectionResetError):  # it closes without reading on
            while connection.recv(65536):
                pass

    lines = read_lines(sound_service)[before:]
    assert lines[0]["level"] == "warning"
    assert lines[0]["message"].startswith("Invalid request from ip=127.0.0.1: ")
    assert SECRET not in sound_service.log.read_text()


def test_a_bug_is_a_line_with_its_traceback_under_the_requests_id(service, dialer, key):
    _, headers, _ = service.send("POST", f"{PATH}?cost=1", key)

    request = line_of(service, headers)
    bug = next(line for line in read_lines(service) if line.get("request_id") == headers["X-Request-ID"])
    assert (bug["level"], bug["logger"]) == ("error", "ingress.errors")
    assert "ZeroDivisionError: no cost for ******0134" in bug["traceback"]
    assert (request["level"], request["status"], request["outcome"]) == ("error", 500, "failed")


@pytest.mark.parametrize("secret", [SECRET, OTHER_SECRET], ids=["valid", "wrong"])
def test_a_secret_is_in_no_line_wherever_it_was_sent(service, dialer, key, secret):
    api_id, form = key["tld-api-id"], {"Content-Type": "application/x-www-form-urlencoded"}
    both = {"tld-api-id": api_id, "tld-api-key": secret}
    body = {"api_id": api_id, "api_key": secret, "cost": 1, "notes": secret}
    sent = [
        service.send("POST", f"{PATH}?api={api_id}&apikey={secret}&cost=1&notes={secret}"),
        service.send("POST", f"{PATH}?tld-api-id={api_id}&tld%2Dapi%2Dkey={secret}&cost={secret}"),
        service.send("POST", f"{URL}/{secret}/{secret}?cost=1", both),
        service.send("POST", f"{URL}/;apikey={secret}/%3Fapikey={secret}", both),
        service.send("POST", PATH, {**both, "Idempotency-Key": secret}, b"cost=1"),
        service.send("POST", PATH, JSON, json.dumps(body).encode()),
        service.send("POST", PATH, JSON, json.dumps({**body, "api_key": f"[{secret}]"}).encode()),
        service.send("POST", PATH, JSON, json.dumps({**body, "cost": secret, "call_date": secret}).encode()),
        service.send("POST", PATH, JSON, json.dumps(body).encode()[:-1]),
        service.send("POST", PATH, {**JSON, **both}, json.dumps(body).encode()[:-1]),
        service.send("POST", PATH, form, f"api={api_id}&apikey={secret}&cost=1".encode()),
        service.send("GET", f"{PATH}/x?apikey={secret}", both),
    ]

    assert all(line_of(service, headers)["request_id"] for _, headers, _ in sent)
    assert secret not in service.log.read_text()


@pytest.mark.parametrize("secret", [SECRET, OTHER_SECRET], ids=["valid", "wrong"])
def test_a_secret_of_another_shape_is_in_no_line_and_no_table(service, dialer, key, secret):
    api_id, encoded = key["tld-api-id"], "".join(f"%{ord(letter):02x}" for letter in secret)
    packed = base64.b64encode(f"{api_id}:{secret}".encode()).decode()
    basic = {"Authorization": f"Basic {packed}"}
    sent = [
        service.send("POST", f"{PATH}?cost=1&notes={encoded}", basic),
        service.send("POST", f"{URL}/{encoded}/{packed}=?cost=1", basic),
        service.send("POST", PATH, basic | {"Content-Type": "text/xml"}, f"<key>{secret}</key>".encode()),
        service.send("POST", PATH, basic | {"Content-Type": "text/xml"}, f"<key>{encoded}</key>".encode()),
        service.send("POST", PATH, basic, f"cost=1&api-key={secret}&Tld_Api_Key={encoded}".encode()),
        service.send("POST", f"{PATH}?api_id={api_id}&api_key={encoded}?cost=1"),
        service.send("POST", f"{URL}/{encoded}/=?api_id={api_id}&api_key={encoded}?cost=1"),
        service.send("POST", f"{PATH}?api_id={api_id}&api-key={encoded}"),
        service.send("GET", f"{PATH}?cost=1&notes={secret}", basic),
        service.send("GET", f"/api/{encoded}?cost={encoded}", basic),
        service.send("POST", f"{PATH}?cost=1&notes={'x' * 9000}{secret}", basic),
        service.send("POST", f"{URL}/{'x' * 9000}{secret}?cost=1", basic),
        service.send("POST", PATH, basic | {"Content-Encoding": secret}, b"cost=1"),
    ]

    assert all(line_of(service, headers)["request_id"] for _, headers, _ in sent)
    stored = str([dialer.execute(f"SELECT * FROM {table}").fetchall() for table in ("deliveries", "api_keys")])
    for text in (service.log.read_text(), stored, str([answer for *_, answer in sent if secret == OTHER_SECRET])):
        assert secret not in text
        assert encoded not in text


def test_a_wrong_key_is_logged_under_the_id_that_was_claimed(sound_service, dialer, key):
    api_id = int(key["tld-api-id"])
    claimed = [
        line_of(sound_service, headers)
        for _, headers, _ in (
            sound_service.send("POST", PATH, {**key, "tld-api-key": OTHER_SECRET}),
            sound_service.send("GET", PATH, {**key, "tld-api-key": OTHER_SECRET}),
            sound_service.send("POST", PATH, {**key, "tld-api-id": "999999"}),
            sound_service.send("POST", f"{PATH}?api_id={api_id}&api_key={SECRET}?cost=1"),
        )
    ]

    assert [(line["status"], line["api_id"], line["claimed_api_id"]) for line in claimed] == [
        (401, None, api_id),
        (405, None, api_id),
        (401, None, None),
        (401, None, None),
    ]


def test_a_long_path_is_cut_in_its_line(sound_service, dialer, key):
    _, headers, _ = sound_service.send("POST", f"{URL}/{'x' * 100_000}", key)

    assert len(line_of(sound_service, headers)["path"]) == 2_000


def test_a_full_number_is_in_no_line(service, sound_service, dialer, key):
    for each in (service, sound_service):
        for path in (
            "/8005550142/7205550134",
            "/7205550134/8005550142",
            "/+1 (720) 555-0134/72a05550134",
            "/x/7205550134x",
            "/8005550142/720/555/0134",
            "/8005550142/7 2 0 5 5 5 0 1 3 4",
            "/8005550142/720.555.0134x",
        ):
            each.send("POST", f"{URL}{quote(path)}?cost=1&call_date=7205550134", key)
        for number in ("720/555/0134", "7 2 0 5 5 5 0 1 3 4", "7.2.0.5.5.5.0.1.3.4", "720\u2013555\u20130134"):
            each.send("POST", f"{PATH}?cost={quote(number)}", key)
            each.send("POST", f"{PATH}?cost=1&call_date={quote(number)}", key)
        each.send("POST", f"{PATH}?cost=1&idempotency_key=1", key)
        _, headers, _ = each.send("POST", f"{PATH}?cost=2&idempotency_key=1", key)
        line_of(each, headers)

        digits = re.sub(r"\\u20\d\d|[ ().+/a-]", "", each.log.read_text())
        assert "7205550134" not in digits


def test_a_message_or_traceback_that_holds_a_url_is_masked_too():
    url = "/x/7205550134?api_key=percent%2Dencoded&cost=1"
    record = logging.makeLogRecord({"name": "gunicorn.error", "msg": "Error handling request %s", "args": (url,)})
    try:
        raise ValueError(url)
    except ValueError:
        record.exc_info = sys.exc_info()

    line = json.loads(JsonFormatter(shows_numbers=False).format(record))

    assert line["message"] == "Error handling request /x/******0134?api_key=***&cost=1"
    assert line["traceback"].endswith("ValueError: /x/******0134?api_key=***&cost=1")


@pytest.mark.parametrize(
    ("message", "args"),
    [("%d calls", ("many",)), ("\ud800 %s", (b"\xff\x00",)), (None, ()), ("%s", ("?apikey=" * 10_000,))],
    ids=["misfit", "bytes", "none", "long"],
)
def test_any_message_becomes_a_line(message, args):
    record = logging.makeLogRecord({"name": "ingress", "msg": message, "args": args})

    assert "message" in json.loads(JsonFormatter(shows_numbers=False).format(record))


def test_a_message_that_cannot_be_masked_is_hidden_whole(monkeypatch):
    monkeypatch.setattr("ingress.monitoring.logs.mask_secrets", lambda text: 1 / 0)
    record = logging.makeLogRecord({"name": "ingress", "msg": "?apikey=x"})

    line = json.loads(JsonFormatter(shows_numbers=False).format(record))

    assert line["message"] == "*** (could not be masked: ZeroDivisionError)"


@pytest.mark.slow
def test_numbers_are_shown_when_the_setting_says_so(tables, dialer, key, tmp_path):
    with serve(tmp_path / "log", LOG_NUMBERS="1", WEB_CONCURRENCY="1") as service:
        _, headers, _ = service.send("POST", f"{PATH}?cost=1&notes=x", key)
        line = line_of(service, headers)

    assert (line["path"], line["did"], line["cid"]) == (PATH, "8005550142", "7205550134")


@pytest.mark.slow
def test_every_line_of_the_service_is_json(tables, tmp_path):
    with serve(
        tmp_path / "log", WEB_CONCURRENCY="1", TLDIALER_DATABASE_URL="mysql://u:p@127.0.0.1:1/x_test"
    ) as service:
        assert service.send("GET", "/readyz")[0] == 503

    lines = read_lines(service)
    assert any(line.get("message", "").startswith("no connection to the database") for line in lines)
    assert any(line.get("message", "").startswith("Shutting down") for line in lines)


@pytest.mark.slow
def test_an_access_log_format_of_the_operator_is_masked_too(tables, dialer, key, tmp_path):
    own = '%(h)s "%(r)s" %(q)s %({tld-api-key}i)s %({http_tld_api_key}e)s %({raw_uri}e)s'
    with serve(tmp_path / "log", "--access-logformat", own, WEB_CONCURRENCY="1") as service:
        service.send("POST", f"{PATH}?cost=1&apikey={SECRET}", key)

    assert '127.0.0.1 "POST ' in service.log.read_text()
    assert SECRET not in service.log.read_text()
