"""The service as it runs in production: gunicorn in processes of its own, spoken to over sockets."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from tools.mariadb import ENDS_WITH_US, free_port

ROOT = Path(__file__).parent.parent


class Service:
    def __init__(self, port, process, log):
        self.port = port
        self.process = process
        self.log = log

    def send(self, method, path, headers=(), body=b"", timeout=30):
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
def serve(log, *arguments, app="wsgi:app", **environment):
    """Run gunicorn with these settings on a free port until the end of the block; its output goes to the file `log`."""
    port = free_port()
    environment = {**os.environ, "BIND": f"127.0.0.1:{port}", **environment}
    with log.open("w") as output:
        process = subprocess.Popen(
            [*ENDS_WITH_US, Path(sys.executable).with_name("gunicorn"), *arguments, app],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        wait_until_listening(process, port, log)
        yield Service(port, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise


def read_lines(service):
    """What the service has logged so far, each line from its JSON."""
    whole_lines = service.log.read_text().rpartition("\n")[0]
    return [json.loads(line) for line in whole_lines.splitlines()]


def wait_until_listening(process, port, log):
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"gunicorn did not come up:\n{log.read_text()}")
