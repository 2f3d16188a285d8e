"""`make run` and `make smoke-test` as they are typed: processes of their own, told by their environment."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.vicidial import only_vicidial
from tools import ROOT
from tools.private_server import free_port
from tools.service import serve

pytestmark = pytest.mark.slow
SECRET = "a-secret-that-nobody-prints"


def start(module, *arguments, output=subprocess.PIPE, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=output,
        stderr=subprocess.STDOUT,
        text=True,
    )


def finish(module, *arguments, **environment):
    """Return the exit code and all that was printed."""
    process = start(module, *arguments, **environment)
    output, _ = process.communicate(timeout=60)
    return process.returncode, output


class Demo(NamedTuple):
    """A start of `make run`: the text it printed, and what it told the smoke test."""

    process: subprocess.Popen
    output: str
    state: dict


@contextmanager
def running_demo(folder):
    """A Demo once it says that it is up."""
    output = folder.parent / "output"
    bind = f"127.0.0.1:{free_port()}"
    with output.open("w") as file:
        process = start(
            "tools.run",
            folder,
            output=file,
            BIND=bind,
            TLDIALER_DATABASE_URL="",
            DIALER="vicidial",
            WEB_CONCURRENCY="1",
        )
    try:
        deadline = time.monotonic() + 60
        while "Ctrl-C" not in output.read_text() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        yield Demo(process, output.read_text(), json.loads((folder / "demo.json").read_text()))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo") / "run"


@pytest.fixture(scope="module")
def first_demo(folder):
    """A demo that was stopped with Ctrl-C."""
    with running_demo(folder) as demo:
        pass
    assert not list(folder.glob("demo.*"))
    return demo


@pytest.fixture(scope="module")
def demo(first_demo, folder):
    """The next start in the same folder."""
    with running_demo(folder) as demo:
        yield demo


@pytest.fixture
def served(demo):
    """The environment of a smoke test of the demo."""
    return {name.upper(): str(value) for name, value in demo.state.items()}


def test_the_printed_curl_line_bills_the_demos_call_as_it_stands(demo):
    line = next(line for line in demo.output.splitlines() if line.strip().startswith("curl"))

    answer = subprocess.run(["bash", "-c", line], capture_output=True, text=True).stdout

    assert " 200 OK" in answer.splitlines()[0]
    assert json.loads(answer.splitlines()[-1])["lead"]["lead_id"] == "7000123"


def test_the_printed_console_opens_with_the_printed_key(demo):
    url, api_id, api_key = re.search(r"The console: (\S+), with API id (\d+) and key (\S+)", demo.output).groups()
    browser = build_opener(HTTPCookieProcessor())

    token = re.search(r'name="token" value="(\S+)"', browser.open(url).read().decode())[1]
    form = urlencode({"token": token, "api_id": api_id, "api_key": api_key})
    page = browser.open(f"{url}/sign-in", form.encode()).read().decode()

    assert "What came in" in page


def test_the_files_of_the_demo_are_for_the_owner_alone(demo, folder):
    assert [file.stat().st_mode & 0o777 for file in folder.glob("demo.*")] == [0o600, 0o600]


def test_the_printed_reference_is_there(demo):
    url = re.search(r"The API reference: (\S+)", demo.output)[1]

    assert build_opener().open(url).status == 200


def test_the_smoke_test_passes_and_hides_the_key(served):
    code, output = finish("tools.smoke_test", **served)

    assert code == 0, output
    assert "checks passed" in output
    assert "FAILED" not in output
    assert served["API_KEY"] not in output


@only_vicidial
def test_the_smoke_test_passes_with_another_dialer(dialer, key, tmp_path):
    dialer.add_call(datetime.now(UTC).replace(tzinfo=None, microsecond=0))
    with serve(tmp_path / "log", WEB_CONCURRENCY="1") as service:
        url = f"http://127.0.0.1:{service.port}"

        code, output = finish("tools.smoke_test", BASE_URL=url, API_ID=key["tld-api-id"], API_KEY=key["tld-api-key"])

    assert code == 0, output
    assert "200 lead updated" in output


def test_ctrl_c_stops_the_demo_and_the_next_start_renews_its_key(first_demo, demo):
    assert first_demo.process.returncode == 0
    assert demo.state["api_id"] == first_demo.state["api_id"]
    assert demo.state["api_key"] != first_demo.state["api_key"]


@pytest.mark.parametrize(("command", "printed"), [("keys list", "demo admin"), ("deliveries list", "")])
def test_the_printed_commands_work_as_they_stand(demo, command, printed):
    line = next(line for line in demo.output.splitlines() if line.endswith(f" {command}"))
    environment = {name: value for name, value in os.environ.items() if name != "TLDIALER_DATABASE_URL"}

    done = subprocess.run(["bash", "-c", line], cwd=ROOT, env=environment, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, "")
    assert printed in done.stdout


def test_the_demo_refuses_a_foreign_database(folder):
    code, output = finish("tools.run", folder / "foreign", TLDIALER_DATABASE_URL="mysql://me:pw@127.0.0.1:1/tldialer")

    assert code == 1
    assert output.count("\n") == 1
    assert output.startswith("make run refuses the database 'tldialer'")
    assert not (folder / "foreign").exists()


def test_the_demo_checks_its_port_before_it_touches_anything(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"

        code, output = finish("tools.run", tmp_path / "run", BIND=bind, TLDIALER_DATABASE_URL="")

    assert code == 1
    assert output.count("\n") == 1
    assert output.startswith(f"make run cannot serve on {bind}: [Errno 98] Address already in use")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("argument", "code"), [("--help", 0), ("--folder", 2)])
def test_an_option_is_not_taken_for_a_folder(argument, code):
    finished, output = finish("tools.run", argument)

    assert finished == code
    assert output.startswith("usage: python -m tools.run")
    assert not (ROOT / argument).exists()


@pytest.fixture
def wrong_service():
    """A server that accepts everything and tells everybody the key; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps({"error": self.headers.get("tld-api-key")}).encode())

        do_GET = do_DELETE = do_POST

        def log_message(self, *arguments):
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_smoke_test_fails_on_wrong_answers_and_hides_the_key(wrong_service):
    code, output = finish("tools.smoke_test", BASE_URL=wrong_service, API_ID="1", API_KEY=SECRET)

    assert code == 1
    assert "FAILED" in output
    assert "[API key]" in output
    assert SECRET not in output


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({"BASE_URL": "http://127.0.0.1:1", "API_ID": "1"}, "API_KEY missing"),
        ({"BASE_URL": "http://127.0.0.1:1", "API_ID": "1", "API_KEY": f"{SECRET}\n"}, "plain characters"),
        ({"BASE_URL": "127.0.0.1", "API_ID": "1", "API_KEY": SECRET}, "BASE_URL must look like"),
        ({"BASE_URL": "http://127.0.0.1:1", "API_ID": "1", "API_KEY": SECRET}, "cannot be reached"),
        (
            {"BASE_URL": "http://127.0.0.1:1", "API_ID": "1", "API_KEY": SECRET, "COST": "much"},
            "COST=much is no amount",
        ),
    ],
)
def test_a_smoke_test_that_cannot_run_says_why_in_one_line(environment, reason):
    code, output = finish("tools.smoke_test", **environment)

    assert code == 2
    assert output.count("\n") == 1
    assert reason in output
    assert SECRET not in output
