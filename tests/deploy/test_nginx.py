"""nginx with our configuration: what it refuses by itself is JSON too. Runs where nginx is installed."""

import json
import socket
import ssl
import subprocess
import time
from contextlib import ExitStack, suppress
from typing import NamedTuple

import pytest

from tests.calls import PATH
from tools import ROOT
from tools.private_server import ENDS_WITH_US, free_port

pytestmark = pytest.mark.slow

TEMPORARY = "".join(f"{kind}_temp_path {kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The files of a key and of its certificate, which is its own CA."""
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    subject = ["-subj", "/CN=ingress.example.com", "-addext", "subjectAltName=DNS:ingress.example.com"]
    elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", *elliptic, *subject, "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    return certificate


@pytest.fixture(scope="module")
def ports(tmp_path_factory, certificate):
    """The ports for http and https of an nginx with our servers, before a service that is away."""
    folder, http, https = tmp_path_factory.mktemp("nginx"), free_port(), free_port()
    servers = (ROOT / "deploy" / "nginx.conf").read_text()
    for ours, here in (
        ("listen 80;", f"listen 127.0.0.1:{http};"),
        ("listen [::]:80;", f"listen [::1]:{http};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{https} ssl;"),
        ("listen [::]:443 ssl;", f"listen [::1]:{https} ssl;"),
        ("/etc/letsencrypt/live/ingress.example.com", str(certificate.parent)),
        ("/var/log/nginx/ingress.log", str(folder / "ingress.log")),
        ("127.0.0.1:8000", "127.0.0.1:1"),
        ("allow ::1;", ""),
    ):
        assert ours in servers
        servers = servers.replace(ours, here)
    log = folder / "error.log"
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {log}; events {{}}\nhttp {{\n{TEMPORARY}{servers}\n}}"
    )
    process = subprocess.Popen([*ENDS_WITH_US, "nginx", "-p", folder, "-e", log, "-c", folder / "nginx.conf"])
    try:
        wait_until_listening(https)
        yield Ports(http, https)
    finally:
        process.terminate()
        process.wait(10)


class Ports(NamedTuple):
    http: int
    https: int


def wait_until_listening(port):
    for _ in range(100):
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.1)
    raise AssertionError("nginx does not listen")


@pytest.fixture
def connect(ports, certificate):
    """Open a connection over TLS that trusts only this certificate, and only under its name."""
    context = ssl.create_default_context(cafile=certificate)

    def connect(address="127.0.0.1"):
        plain = socket.create_connection((address, ports.https), timeout=10)
        return context.wrap_socket(plain, server_hostname="ingress.example.com")

    return connect


def exchange(connection, request):
    """Send the bytes and return status, headers and body of the answer."""
    with connection:
        connection.sendall(request)
        answer = b""
        with suppress(ConnectionResetError, ssl.SSLEOFError):  # it closes without having read all
            while data := connection.recv(65536):
                answer += data
    head, _, body = answer.decode().partition("\r\n\r\n")
    first, *lines = head.splitlines()
    return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


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
        (POST + b"X: " + b"x" * 9_000 + b"\r\n\r\n", 431, "Request Header Fields Too Large"),
        (b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414, "Request-URI Too Large"),
        (POST + b"Transfer-Encoding: odd\r\n\r\n", 501, "Not Implemented"),
        (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405, "Method Not Allowed"),
        (b"GET / HTTP/9.1\r\nHost: a\r\n\r\n", 505, "HTTP Version Not Supported"),
        (POST + b"Content-Length: 9999999\r\n\r\n", 413, "Request Too Large"),
        (b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 404, "Not Found"),
        (POST + b"Connection: close\r\n\r\n", 503, "TLDialer Connection Error: the service is away"),
    ],
    ids=lambda value: value[:20] if isinstance(value, str) else None,
)
def test_a_request_that_nginx_refuses_is_answered_in_json(connect, request_, status, error):
    got, headers, body = exchange(connect(), request_)

    assert (got, headers["content-type"], json.loads(body)) == (status, "application/json", {"error": error})


def test_the_answer_over_ipv6_is_the_same_and_asks_for_https_from_now_on(connect):
    status, headers, _ = exchange(connect("::1"), POST + b"Connection: close\r\n\r\n")

    assert (status, headers["retry-after"]) == (503, "5")
    assert headers["strict-transport-security"] == "max-age=31536000"


def test_the_console_is_for_the_addresses_that_are_allowed(connect):
    status, _, body = exchange(connect("::1"), b"GET /console HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert (status, json.loads(body)) == (403, {"error": "Forbidden"})


def test_a_sender_without_tls_is_refused_and_a_browser_shown_the_way(ports):
    end = b"Connection: close\r\n\r\n"

    sender = exchange(socket.create_connection(("127.0.0.1", ports.http), timeout=10), POST + end)
    browser = exchange(
        socket.create_connection(("127.0.0.1", ports.http), timeout=10), b"GET /docs HTTP/1.1\r\nHost: a\r\n" + end
    )

    assert (sender[0], json.loads(sender[2])["error"][:9]) == (403, "Forbidden")
    assert (browser[0], browser[1]["location"]) == (301, "https://a/docs")


def test_http_on_the_port_of_https_is_answered_in_json(ports):
    status, headers, _ = exchange(
        socket.create_connection(("127.0.0.1", ports.https), timeout=10), POST + b"Connection: close\r\n\r\n"
    )

    assert (status, headers["content-type"]) == (400, "application/json")


def test_the_101st_connection_of_an_address_is_refused(connect):
    start = POST + b"Content-Length: 1\r\n\r\n"  # a connection counts when its head has come
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(connect()).sendall(start)
        time.sleep(0.2)

        status, _, body = exchange(connect(), POST + b"Connection: close\r\n\r\n")

    assert (status, json.loads(body)["error"][:17]) == (429, "Too Many Requests")
