"""nginx with our configuration: what it refuses by itself is JSON too. Runs where nginx is installed."""

import json
import socket
import subprocess
import time
from contextlib import suppress

import pytest

from tests.calls import PATH
from tools import ROOT
from tools.private_server import ENDS_WITH_US, free_port

pytestmark = pytest.mark.slow

TEMPORARY = "".join(f"{kind}_temp_path {kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The port of an nginx with our server on loopback, before a service that is away."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    server = (ROOT / "deploy" / "nginx.conf").read_text()
    for ours, here in (
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("/var/log/nginx/ingress.log", str(folder / "ingress.log")),
        ("127.0.0.1:8000", "127.0.0.1:1"),
    ):
        assert ours in server
        server = server.replace(ours, here)
    log = folder / "error.log"
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {log}; events {{}}\nhttp {{\n{TEMPORARY}{server}\n}}"
    )
    process = subprocess.Popen([*ENDS_WITH_US, "nginx", "-p", folder, "-e", log, "-c", folder / "nginx.conf"])
    try:
        wait_until_listening(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def wait_until_listening(port):
    for _ in range(100):
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise AssertionError("nginx does not listen")


def exchange(port, request):
    """Send the bytes and return status, content type and JSON of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        with suppress(ConnectionResetError):  # it closes without having read all
            while data := connection.recv(65536):
                answer += data
    head, _, body = answer.decode().partition("\r\n\r\n")
    first, *lines = head.splitlines()
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers["content-type"], json.loads(body)


POST = f"POST {PATH} HTTP/1.1\r\nHost: a\r\n".encode()


@pytest.mark.parametrize(
    ("request_", "status", "error"),
    [
        (b"GARBAGE\r\n\r\n", 400, "Bad Request"),
        (b"P@ST / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "Bad Request"),
        (b"GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400, "Bad Request"),
        (b"GET / HTTP/1.1\r\n\r\n", 400, "Bad Request"),
        (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "Bad Request"),
        (POST + b"\x01bad: x\r\n\r\n", 400, "Bad Request"),
        (POST + b"Content-Length: x\r\n\r\n", 400, "Bad Request"),
        (POST + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "Bad Request"),
        (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", 400, "Bad Request"),
        (POST + b"X: " + b"x" * 40_000 + b"\r\n\r\n", 400, "Bad Request"),
        (b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "Request-URI Too Large"),
        (POST + b"Transfer-Encoding: odd\r\n\r\n", 501, "Not Implemented"),
        (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "Method Not Allowed"),
        (b"GET / HTTP/9.1\r\nHost: a\r\n\r\n", 505, "HTTP Version Not Supported"),
        (POST + b"Content-Length: 9999999\r\n\r\n", 413, "Request Too Large"),
        (b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404, "Not Found"),
        (POST + b"Connection: close\r\n\r\n", 503, "TLDialer Connection Error: the service is away"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_a_request_that_nginx_refuses_is_answered_in_json(port, request_, status, error):
    assert exchange(port, request_) == (status, "application/json", {"error": error})
