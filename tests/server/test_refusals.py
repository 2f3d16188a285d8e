"""What the server cuts off: stalled requests, too many large ones, and connections beyond the limit."""

import json
import resource
import socket
import time
from pathlib import Path

import pytest

from tests.conftest import URL
from tools.service import read_lines, serve

pytestmark = pytest.mark.slow

PATH = f"{URL}/8005550142/7205550134"
TOKEN = "a-token-of-metrics"
HEAD = f"POST {PATH}?api_key=4t-no-eyes HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n".encode()


@pytest.fixture
def service(tables, tmp_path):
    options = ["--worker-connections", "100"]
    with serve(tmp_path / "log", *options, WEB_CONCURRENCY="1", METRICS_TOKEN=TOKEN) as service:
        yield service


@pytest.fixture
def connect(service):
    connections = []

    def connect(sent=b""):
        connections.append(socket.create_connection(("127.0.0.1", service.port), timeout=15))
        connections[-1].sendall(sent)
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()


def read_refusal(connection):
    """The status line, headers and JSON of an answer after which the server closes."""
    said = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = said.decode().partition("\r\n\r\n")
    status, *fields = head.split("\r\n")
    return status, dict(field.split(": ") for field in fields), json.loads(body)


@pytest.mark.slow
def test_a_body_that_stalls_is_answered_logged_and_counted(service, connect):
    stalled, silent = connect(HEAD + b"cost"), connect()

    status, headers, body = read_refusal(stalled)

    assert status == "HTTP/1.1 408 Request Timeout"
    assert body["error"].startswith("Request Timeout: ")
    line = next(line for line in read_lines(service) if line.get("status") == 408)
    assert (line["method"], line["path"], line["address"]) == ("POST", f"{URL}/******0142/******0134", "127.0.0.1")
    assert line["request_id"] == headers["X-Request-ID"]
    assert 9000 < line["milliseconds"] < 13000
    assert 'ingress_errors_total{error="Request Timeout"} 1.0' in read_metrics(service)
    assert silent.recv(100) == b""
    assert "4t-no-eyes" not in service.log.read_text()


def read_metrics(service):
    return service.send("GET", "/metrics", {"Authorization": f"Bearer {TOKEN}"})[2].decode()


def test_a_large_request_too_many_is_answered_logged_and_counted(service, connect):
    for _ in range(32):
        connect(HEAD + b"x" * 100_000)
    time.sleep(0.5)

    status, headers, body = read_refusal(connect(HEAD + b"x" * 100_000))

    assert status == "HTTP/1.1 503 Service Unavailable"
    assert body["error"].startswith("Service Unavailable: ")
    assert headers["Retry-After"] == "5"
    assert [line["address"] for line in read_lines(service) if line.get("status") == 503] == ["127.0.0.1"]
    assert 'ingress_errors_total{error="Service Unavailable"} 1.0' in read_metrics(service)


def test_the_connection_that_was_silent_longest_makes_room(service, connect):
    begun = connect(HEAD)
    time.sleep(0.1)
    silent = connect()
    for _ in range(300):
        connect()

    started = time.monotonic()

    assert service.send("GET", "/healthz")[0] == 200
    assert time.monotonic() - started < 1
    assert read_refusal(begun)[0] == "HTTP/1.1 503 Service Unavailable"
    assert silent.recv(1) == b""


def test_a_process_recovers_from_a_full_table_of_descriptors(service, connect, dialer, key):
    [worker] = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split()
    fields = "".join(f"{name}: {value}\r\n" for name, value in key.items())
    request = f"POST {PATH}?cost=1 HTTP/1.1\r\nHost: a\r\n{fields}Content-Length: 0\r\n\r\n".encode()
    kept = connect()
    time.sleep(0.2)
    _, hard = limits = resource.prlimit(int(worker), resource.RLIMIT_NOFILE)

    resource.prlimit(int(worker), resource.RLIMIT_NOFILE, (4, hard))
    kept.sendall(request)
    assert b" 503 " in kept.recv(65536).split(b"\r\n")[0]
    resource.prlimit(int(worker), resource.RLIMIT_NOFILE, limits)

    assert service.send("POST", f"{PATH}?cost=1", key)[0] == 200


def test_connections_are_accepted_again_once_descriptors_are_free(service, connect):
    [worker] = Path(f"/proc/{service.process.pid}/task/{service.process.pid}/children").read_text().split()
    limits = resource.prlimit(int(worker), resource.RLIMIT_NOFILE)
    open_now = len(list(Path(f"/proc/{worker}/fd").iterdir()))
    resource.prlimit(int(worker), resource.RLIMIT_NOFILE, (open_now + 50, limits[1]))
    for _ in range(80):
        connect()

    started = time.monotonic()

    assert service.send("GET", "/healthz")[0] == 200
    assert time.monotonic() - started < 2
