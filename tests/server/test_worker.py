"""gunicorn itself: slow and half-sent requests, large ones, broken ones, and stopping in the middle of one."""

import json
import runpy
import signal
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from gunicorn.config import KNOWN_SETTINGS

from tests.conftest import ROOT, URL
from tools.service import serve

pytestmark = pytest.mark.slow

REQUESTS = Path(__file__).with_name("requests")
PATH = f"{URL}/8005550142/7205550134"


@pytest.fixture(scope="module")
def service(tables, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("gunicorn") / "log", WEB_CONCURRENCY="1") as service:
        yield service


@pytest.fixture(scope="module", params=["patient", "gthread"])
def any_service(tables, tmp_path_factory, request):
    """The service with each of its worker classes, for what is not about slow senders."""
    log = tmp_path_factory.mktemp("gunicorn") / "log"
    with serve(log, WEB_CONCURRENCY="1", WORKER_CLASS=request.param) as service:
        yield service


def test_every_setting_is_one_that_gunicorn_knows(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    ours = {name for name, value in runpy.run_path(ROOT / "gunicorn.conf.py").items() if isinstance(value, int | str)}

    assert {name for name in ours if not name.startswith("__")} <= {setting.name for setting in KNOWN_SETTINGS}


def connect(service, receives=None):
    """A connection, of which the kernel holds so many bytes for a slow reader."""
    connection = socket.socket()
    connection.settimeout(15)
    if receives:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
    connection.connect(("127.0.0.1", service.port))
    return connection


def head(key, *lines):
    fields = [f"{name}: {value}" for name, value in key.items()]
    return "\r\n".join([f"POST {PATH} HTTP/1.1", "Host: localhost", *fields, *lines, "", ""]).encode()


def answer_to(connection):
    """Everything the server says until it closes or has said a whole answer."""
    said = b""
    while part := connection.recv(65536):
        said += part
        if said.endswith((b"}\n", b"</html>\n")) or (b"\r\n\r\n{" in said and said.rstrip().endswith(b"}")):
            break
    return said


@pytest.mark.parametrize(
    ("name", "status"),
    [("scheme-headers", 200), ("script-name", 200), ("lead-crlf-chunked", 200), ("bare-lf-chunk", 400)],
)
def test_a_request_at_the_edge_is_answered_at_once(service, dialer, key, name, status):
    request = (REQUESTS / f"{name}.http").read_bytes()
    request = request.replace(b"$ID", key["tld-api-id"].encode()).replace(b"$KEY", key["tld-api-key"].encode())
    with connect(service) as connection:
        started = time.monotonic()
        connection.sendall(request)

        head, _, body = answer_to(connection).partition(b"\r\n\r\n")

    assert time.monotonic() - started < 1
    assert head.startswith(b"HTTP/1.1 %d " % status), head
    assert json.loads(body)
    assert dialer.costs() == ()


@pytest.mark.parametrize("line", ["X-Forwarded-Ssl: on", "X-Forwarded-Protocol: ssl"])
def test_headers_about_the_scheme_may_contradict_each_other(any_service, line):
    with connect(any_service) as connection:
        connection.sendall(f"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: http\r\n{line}\r\n\r\n".encode())

        assert answer_to(connection).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("line", [b"GET /healthz\r\n", b"GET /healthz\n", b"GET /healthz HTTP/0.9\r\n", b"hello\r\n"])
def test_a_request_without_http_1_is_refused_at_once(any_service, line):
    with connect(any_service) as connection:
        started = time.monotonic()
        connection.sendall(line)

        head, _, body = answer_to(connection).partition(b"\r\n\r\n")

    assert time.monotonic() - started < 1
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["error"].startswith("Bad Request: ")


@pytest.mark.parametrize("sent", [b"", b"POST /api", "head", "half body"], ids=["nothing", "a line", "head", "body"])
def test_a_hundred_half_sent_requests_delay_no_other(service, dialer, key, sent):
    form = {"head": head(key, "Content-Length: 7"), "half body": head(key, "Content-Length: 7") + b"cost"}
    stuck = [connect(service) for _ in range(100)]
    for connection in stuck:
        connection.sendall(form.get(sent, sent))
    time.sleep(0.2)

    started = time.monotonic()
    status, _, _ = service.send("POST", PATH + "?cost=1", key)

    assert status == 200
    assert time.monotonic() - started < 2
    for connection in stuck:
        connection.close()


def test_senders_that_never_close_delay_no_other(service, dialer, key):
    staying = [connect(service) for _ in range(20)]
    for connection in staying:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b" 200 OK" in connection.recv(65536)

    started = time.monotonic()
    status, _, _ = service.send("POST", PATH + "?cost=1", key)

    assert status == 200
    assert time.monotonic() - started < 1
    for connection in staying:
        connection.settimeout(5)
        assert connection.recv(1) == b""
        connection.close()


@pytest.mark.parametrize(
    ("begun", "bit"),
    [
        (b"POST /api HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999\r\n\r\n", b"x"),
        (b"POST /api HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0\r\n\r\n", b"x"),
        (b"GET /api HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 140_000, b"x"),
        (
            b"POST /api HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 80_000,
            b"1\r\nx\r\n",
        ),
    ],
    ids=["endless body", "end inside of a chunk", "endless head", "countless chunks"],
)
def test_senders_that_never_stop_sending_delay_no_other(service, key, begun, bit):
    sending = [connect(service) for _ in range(10)]
    for connection in sending:
        connection.sendall(begun)
    for _ in range(3):
        time.sleep(0.1)
        for connection in sending:
            with suppress(OSError):  # it may have been closed by now
                connection.sendall(bit)

    started = time.monotonic()

    assert service.send("GET", "/healthz")[0] == 200
    assert time.monotonic() - started < 1
    for connection in sending:
        connection.close()


def test_senders_of_many_requests_at_once_delay_no_other(service):
    flooding = [connect(service) for _ in range(10)]
    for connection in flooding:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 3000)  # half a minute of work

    started = time.monotonic()

    assert service.send("GET", "/healthz")[0] == 200
    assert time.monotonic() - started < 3
    for connection in flooding:
        connection.close()


@pytest.mark.slow
def test_a_request_that_comes_while_all_threads_work_is_answered_later(tables, dialer, key, tmp_path):
    lead_id = dialer.add_call("2024-03-05 14:21:50")
    body = b'{"cost": 7, "call_date": "2024-03-05T14:21:09Z"}'
    locking = head(key, "Content-Type: application/json", f"Content-Length: {len(body)}") + body
    with (
        tables.connect() as outside,
        serve(tmp_path / "log", "--threads", "1", "--keep-alive", "1", WEB_CONCURRENCY="1") as service,
        connect(service) as kept,
        connect(service) as stuck,
    ):
        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b" 200 OK" in kept.recv(65536)
        outside.begin()
        outside.cursor().execute("SELECT cost FROM leads WHERE lead_id = %s FOR UPDATE", [lead_id])
        stuck.sendall(locking)
        time.sleep(0.2)

        kept.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        time.sleep(3)
        outside.rollback()

        assert b" 200 OK" in kept.recv(65536)


@pytest.mark.parametrize("encoding", ["identity", "gzip", "chunked\r\nContent-Length: 3"])
def test_a_transfer_encoding_that_is_not_served_is_refused_at_once(any_service, dialer, key, encoding):
    with connect(any_service) as connection:
        started = time.monotonic()
        connection.sendall(head(key, f"Transfer-Encoding: {encoding}"))

        assert answer_to(connection)[:12] in (b"HTTP/1.1 400", b"HTTP/1.1 501")
        assert time.monotonic() - started < 1


def test_an_unread_body_that_is_malformed_gets_one_answer(any_service):
    with connect(any_service) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")

        said = b"".join(iter(lambda: connection.recv(65536), b""))

    assert said.count(b"HTTP/1.1 ") == 1


def test_senders_that_do_not_read_their_answers_delay_no_other(service):
    deaf = [connect(service, receives=4096) for _ in range(10)]
    for connection in deaf:
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 100)
    time.sleep(0.5)

    started = time.monotonic()

    assert service.send("GET", "/healthz")[0] == 200
    assert time.monotonic() - started < 1
    for connection in deaf:
        connection.close()


def test_a_slow_reader_gets_every_answer_whole(service):
    _, _, document = service.send("GET", "/openapi.json")
    said = b""

    with connect(service, receives=4096) as connection:
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 2)
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        time.sleep(0.3)
        while part := connection.recv(4096):
            said += part

    assert said.count(document) == 3
    assert said.endswith(document)


def test_a_large_file_is_sent_whole(any_service):
    _, headers, _ = any_service.send("GET", "/docs/swagger-ui-bundle.js")

    assert int(headers["Content-Length"]) > 1_000_000  # `send` has read them all


def test_an_answer_says_that_it_is_the_last_one(tmp_path):
    with serve(tmp_path / "log", "--worker-connections", "20", WEB_CONCURRENCY="1") as service:
        idle = [connect(service) for _ in range(14)]
        time.sleep(0.3)

        with connect(service) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")

            assert b"Connection: close" in connection.recv(4096)
        for connection in idle:
            connection.close()


def test_tls_is_left_to_the_proxy(tmp_path):
    with suppress(RuntimeError), serve(tmp_path / "log", "--certfile", ROOT / "README.md") as service:
        service.process.wait(20)  # it may listen for a moment before it ends

    assert "put a proxy in front" in (tmp_path / "log").read_text()


@pytest.mark.slow
def test_a_kept_connection_without_requests_is_closed(any_service):
    with connect(any_service) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"Connection: keep-alive" in answer_to(connection)

        started = time.monotonic()
        assert connection.recv(1) == b""

    assert 4 < time.monotonic() - started < 8  # keepalive in gunicorn.conf.py, and a look each second


@pytest.mark.slow
def test_connections_are_spread_evenly_over_the_processes(tmp_path):
    with serve(tmp_path / "log", WEB_CONCURRENCY="2") as service:
        workers = wait_for_workers(service, 2)
        before = {worker: count_sockets(worker) for worker in workers}

        connections = [connect(service) for _ in range(20)]
        time.sleep(0.5)

        assert sum(count_sockets(worker) - before[worker] for worker in workers) == 20
        for worker in workers:
            assert 8 <= count_sockets(worker) - before[worker] <= 12
        for connection in connections:
            connection.close()


def wait_for_workers(service, count):
    """The numbers of the processes that serve, once all of them do."""
    deadline = time.monotonic() + 20
    while service.log.read_text().count("Booting worker") < count and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)  # to load the application
    task = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children")
    return [int(number) for number in task.read_text().split()]


def count_sockets(process):
    links = [link for link in Path(f"/proc/{process}/fd").iterdir() if link.is_symlink()]
    return sum(str(link.readlink()).startswith("socket:") for link in links)


def test_a_request_that_comes_byte_by_byte_is_billed(any_service, dialer, key):
    form = "application/x-www-form-urlencoded"
    with connect(any_service) as connection:
        for byte in head(key, f"Content-Type: {form}", "Content-Length: 7") + b"cost=12":
            connection.sendall(bytes([byte]))
            time.sleep(0.001)

        assert b" 200 OK" in answer_to(connection)
    assert str(dialer.costs()[0]["cost"]) == "12.0000"


def test_a_chunked_request_that_comes_slowly_is_billed_whole(any_service, dialer, key):
    with connect(any_service) as connection:
        connection.sendall(head(key, "Content-Type: application/json", "Transfer-Encoding: chunked"))
        for part in (b'{"cost": ', b'"123456.00"}'):
            time.sleep(0.05)
            connection.sendall(b"%x\r\n%s\r\n" % (len(part), part))
        connection.sendall(b"0\r\n\r\n")

        assert b" 200 OK" in answer_to(connection)
    assert str(dialer.costs()[0]["cost"]) == "123456.0000"


def test_a_sender_that_expects_100_continue_gets_it(any_service, dialer, key):
    with connect(any_service) as connection:
        connection.sendall(head(key, "Content-Type: application/json", "Content-Length: 11", "Expect: 100-continue"))

        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b'{"cost": 1}')
        assert answer_to(connection).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "end", [b"0\r\n\r\n", b"0\r\nX-Sum: 1\r\n\r\n", b"0;a=b\r\n\r\n"], ids=["plain", "trailer", "extension"]
)
def test_a_chunked_request_ends_where_the_next_one_begins(any_service, dialer, key, end):
    request = head(key, "Content-Type: application/json", "Transfer-Encoding: chunked") + b'b\r\n{"cost": 1}\r\n' + end
    with connect(any_service) as connection:
        connection.sendall(request + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")

        said = b"".join(iter(lambda: connection.recv(65536), b""))

    assert said.count(b"HTTP/1.1 200 OK") == 2
    assert len(dialer.costs()) == 1


def test_chunks_of_one_byte_are_read_as_fast_as_others(any_service, dialer, key):
    body = b'{"cost": 1, "ignored": "'.ljust(60_000, b"x") + b'"}'
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body)
    with connect(any_service) as connection:
        connection.sendall(
            head(key, "Content-Type: application/json", "Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n"
        )

        started = time.monotonic()
        assert b" 200 OK" in answer_to(connection)

    assert time.monotonic() - started < 5
    assert len(dialer.costs()) == 1


def test_chunks_that_cannot_be_read_are_the_senders_error(any_service, dialer, key):
    with connect(any_service) as connection:
        connection.sendall(
            head(key, "Content-Type: application/json", "Transfer-Encoding: chunked") + b"nonsense\r\n\r\n"
        )

        assert b" 400 " in answer_to(connection).split(b"\r\n")[0]
    assert dialer.costs() == ()


@pytest.mark.slow
def test_the_body_of_a_refused_request_is_never_taken_for_the_next_one(any_service, dialer, key):
    smuggled = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for length in (b"0000000000%d" % len(smuggled), b"9999999999999", b"300000"):
        with connect(any_service) as connection:
            connection.sendall(head(key, "Content-Type: application/json", f"Content-Length: {length.decode()}"))
            time.sleep(0.1)
            connection.sendall(smuggled)

            said = b"".join(iter(lambda: receive(connection), b""))

        assert said.count(b"HTTP/1.1 ") == 1
        assert b" 4" in said.split(b"\r\n")[0]
    assert dialer.costs() == ()


def receive(connection):
    """What comes within a second; nothing also when the connection is reset."""
    connection.settimeout(1)
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def test_requests_before_a_half_close_are_answered(any_service, dialer, key):
    request = head(key, "Content-Type: application/json", "Content-Length: 11") + b'{"cost": 1}'
    with connect(any_service) as connection:
        connection.sendall(request + request)
        connection.shutdown(socket.SHUT_WR)

        said = b"".join(iter(lambda: connection.recv(65536), b""))

    assert said.count(b"HTTP/1.1 200 OK") == 2
    assert len(dialer.costs()) == 2


def test_two_requests_in_one_packet_are_both_answered(any_service, dialer, key):
    request = head(key, "Content-Type: application/json", "Content-Length: 11") + b'{"cost": 1}'
    with connect(any_service) as connection:
        connection.sendall(request + request)

        answers = answer_to(connection)
        while answers.count(b" 200 OK") < 2:  # they may come in one piece
            answers += answer_to(connection)
    assert answers.count(b" 200 OK") == len(dialer.costs()) == 2


def test_a_body_cut_by_a_broken_connection_is_never_billed(any_service, dialer, key):
    with connect(any_service) as connection:
        connection.sendall(head(key, "Content-Type: application/x-www-form-urlencoded", "Content-Length: 12"))
        connection.sendall(b"cost=12345")
        connection.shutdown(socket.SHUT_WR)
        answer_to(connection)

    assert dialer.costs() == ()


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_body_over_256_kib_is_refused_and_not_cut(any_service, dialer, key, chunked):
    body = b'{"cost": "123456.00", "notes": "' + b"x" * (256 * 1024) + b'"}'
    with connect(any_service) as connection:
        if chunked:
            connection.sendall(head(key, "Content-Type: application/json", "Transfer-Encoding: chunked"))
            connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        else:
            connection.sendall(head(key, "Content-Type: application/json", f"Content-Length: {len(body)}") + body)

        assert b" 413 " in answer_to(connection).split(b"\r\n")[0]
    assert dialer.costs() == ()


def test_a_body_of_exactly_256_kib_is_read(any_service, dialer, key):
    body = b'{"cost": 1, "ignored": "'.ljust(256 * 1024 - 2, b"x") + b'"}'

    status, _, _ = any_service.send("POST", PATH, {**key, "Content-Type": "application/json"}, body)

    assert status == 200


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"&".join(b"f%d=1" % n for n in range(10_000)) + b"&cost=1", 200),
        ("application/json", b"[" * 100_000, 400),
        ("application/json", b'{"cost": 1, "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    ],
    ids=["10,000 fields", "100,000 brackets", "100,000 brackets inside"],
)
def test_extreme_bodies_get_an_answer(any_service, dialer, key, content_type, body, status):
    answered, _, answer = any_service.send("POST", PATH, {**key, "Content-Type": content_type}, body)

    assert answered == status, answer


def test_a_header_line_of_64_kb_gets_an_answer(any_service, key):
    with connect(any_service) as connection:
        connection.sendall(head(key, "X-Long: " + "x" * 65_536))

        assert answer_to(connection).startswith(b"HTTP/1.1 4")
    assert any_service.send("GET", "/healthz")[0] == 200


@pytest.mark.slow
@pytest.mark.parametrize("worker_class", ["patient", "gthread"])
def test_sigterm_finishes_what_is_under_way(tables, dialer, key, tmp_path, worker_class):
    lead_id = dialer.add_call("2024-03-05 14:21:50")
    answers = []
    with (
        tables.connect() as outside,
        serve(tmp_path / "log", WEB_CONCURRENCY="1", WORKER_CLASS=worker_class) as service,
    ):
        outside.begin()
        outside.cursor().execute("SELECT cost FROM leads WHERE lead_id = %s FOR UPDATE", [lead_id])
        request = {"method": "POST", "path": PATH + "?cost=7&call_date=2024-03-05T14:21:09Z", "headers": key}
        sender = threading.Thread(target=lambda: answers.append(service.send(**request)))
        sender.start()
        time.sleep(0.4)
        service.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        outside.rollback()
        sender.join()
        service.process.wait(20)

    status, _, body = answers[0]
    assert (status, json.loads(body)["updated"]) == (200, 1)
    assert dialer.lead_cost(lead_id) == 7


def test_no_secret_is_in_the_log(any_service, dialer, key):
    secret = key["tld-api-key"]

    for name in ("apikey", "api_key", "tld-api-key", "api%5Fkey", "API_KEY"):
        any_service.send("POST", f"{PATH}?api={key['tld-api-id']}&{name}={secret}&cost=nothing")

    assert "Invalid Cost: nothing" in any_service.log.read_text()
    assert secret not in any_service.log.read_text()
