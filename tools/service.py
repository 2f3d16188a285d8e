"""The service as it runs in production: gunicorn in processes of its own, spoken to over sockets."""

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPMessage
from pathlib import Path
from typing import Any, NamedTuple

from tools import BIN, ROOT
from tools.private_server import ENDS_WITH_US, free_port

LISTEN_SECONDS = 30  # a start takes one or two; a busy machine may take ten times as long
STOP_SECONDS = 20


class Service(NamedTuple):
    """A running gunicorn; its output goes to the file `log`."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        body: bytes = b"",
        timeout: float = 30,
    ) -> tuple[int, HTTPMessage, bytes]:
        """Send a request as it stands, the path neither encoded nor normalised; return status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in {**dict(headers), "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()


@contextmanager
def serve(log: Path, *arguments: str, app: str = "wsgi:app", **environment: str) -> Iterator[Service]:
    """Run gunicorn with these settings on a free port until the end of the block; its output goes to the file `log`."""
    port = free_port()
    with log.open("w") as output:
        process = subprocess.Popen(
            [*ENDS_WITH_US, BIN / "gunicorn", *arguments, app],
            cwd=ROOT,
            env={**os.environ, "BIND": f"127.0.0.1:{port}", **environment},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_until_listening(process, port, log)
        yield Service(port, process, log)
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a service in good order; one that does not stop in time is killed with its workers, and raises."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise


def read_lines(service: Service) -> list[dict[str, Any]]:
    """Return what the service has logged so far, each line parsed from its JSON."""
    whole_lines = service.log.read_text().rpartition("\n")[0]
    return [json.loads(line) for line in whole_lines.splitlines()]


def list_workers(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the process ids of a gunicorn's workers; none of one that has ended."""
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(pid) for pid in children.split()]


def wait_until_listening(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return once the port is open and a worker was started, which comes a moment later."""
    deadline = time.monotonic() + LISTEN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0 and list_workers(process):
                return
        time.sleep(0.05)
    raise RuntimeError(f"gunicorn did not come up:\n{log.read_text()}")
