"""What is measured: the statements alone, an empty view, the service, and the service far from its database."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple, Protocol

from ingress.config import parse_database_url
from ingress.database.pool import Database
from tools import BIN, ROOT
from tools.bench.floor import bill_for
from tools.bench.measure import Figures, read_usage, resident_memory, session_processes
from tools.private_server import ENDS_WITH_US, PrivateServer, free_port

LUA = Path(__file__).with_name("calls.lua")
FIRST_CALL = "/api/ingress/calls/inbound/billable/8005550001/2002000001?cost=1"
WARM_UP_SECONDS = 2  # connections are made, and the processor is awake
FIRST_ANSWER_SECONDS = 30
STOP_WITHIN = 20  # seconds
SLOW_LINK_CONNECTIONS = 4  # few, because the time of one answer is asked for, not of waiting in line


class Setting(NamedTuple):
    """A server, one database of it with that many calls, and the load."""

    server: PrivateServer
    url: str
    calls: int
    connections: int
    seconds: int


class Load(NamedTuple):
    """What wrk counted, as calls.lua prints it; times in microseconds."""

    requests: int
    refused: int
    p50: int
    p99: int


class Contender(Protocol):
    name: str

    def run(self) -> Figures: ...


class Gunicorn:
    """gunicorn with the settings of gunicorn.conf.py, under the load of wrk, whose processor time is not counted."""

    def __init__(self, setting: Setting, name: str, application: str = "wsgi:app") -> None:
        self.setting, self.name, self.application = setting, name, application
        self.port = free_port()
        self.environment = {**os.environ, "TLDIALER_DATABASE_URL": setting.url, "BIND": f"127.0.0.1:{self.port}"}
        self.api_id, self.api_key = make_bench_key(self.environment)

    def run(self) -> Figures:
        """Return the Figures of one run, in processes of its own."""
        server, began = self.setting.server, time.monotonic()
        with session([str(BIN / "gunicorn"), self.application], self.environment) as leader:
            self.wait_for_answer(leader)
            first_answer = (time.monotonic() - began) * 1000
            self.load(WARM_UP_SECONDS)
            workers = [pid for pid in session_processes(leader.pid) if pid != leader.pid]
            memory, before = resident_memory(workers), read_usage(session_processes(leader.pid), server)
            load = self.load(self.setting.seconds)
            after, memory_after = read_usage(session_processes(leader.pid), server), resident_memory(workers)
        each = before.each(after, load.requests)
        rate = load.requests / self.setting.seconds
        times = load.p50 / 1000, load.p99 / 1000
        return Figures(rate, *times, *each, first_answer, memory, memory_after, load.refused)

    def wait_for_answer(self, leader: subprocess.Popen[bytes]) -> None:
        """Return after the first billed call."""
        deadline = time.monotonic() + FIRST_ANSWER_SECONDS
        while leader.poll() is None and time.monotonic() < deadline:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("POST", FIRST_CALL, headers={"tld-api-id": self.api_id, "tld-api-key": self.api_key})
                connection.getresponse().read()
                return
            except OSError:
                time.sleep(0.005)
            finally:
                connection.close()
        sys.exit(f"{self.name} does not answer")

    def load(self, seconds: int) -> Load:
        """Send calls for some seconds."""
        url = f"http://127.0.0.1:{self.port}"
        wrk = ["wrk", "-t1", f"-c{self.setting.connections}", f"-d{seconds}", "-s", str(LUA), url]
        bench = {
            "BENCH_API_ID": self.api_id,
            "BENCH_API_KEY": self.api_key,
            "BENCH_CALLS": str(self.setting.calls),
        }
        done = subprocess.run(
            [*ENDS_WITH_US, *wrk], env=self.environment | bench, text=True, check=True, stdout=subprocess.PIPE
        )
        return Load(*map(int, done.stdout.splitlines()[-1].split()))


class SlowLink(Gunicorn):
    """The service with 5 ms each way between it and its database."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting._replace(connections=SLOW_LINK_CONNECTIONS), "service, 5 ms each way")
        self.link = free_port()
        url = setting.url.replace(f":{setting.server.port}/", f":{self.link}/")
        self.environment["TLDIALER_DATABASE_URL"] = url

    def run(self) -> Figures:
        command = [sys.executable, "-m", "tools.bench.slow_link", str(self.link), str(self.setting.server.port)]
        with session(command, self.environment):
            return super().run()


class Floor:
    """The same statements from PyMySQL in a loop and nothing else, in this process: one interpreter, eight threads."""

    name = "the statements alone"

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.database = Database(parse_database_url(setting.url))

    def run(self) -> Figures:
        before = read_usage([os.getpid()], self.setting.server)
        requests = bill_for(self.setting.seconds, self.database, self.setting.calls)
        each = before.each(read_usage([os.getpid()], self.setting.server), requests)
        return Figures(requests / self.setting.seconds, None, None, *each, None, None, None, 0)


def make_bench_key(environment: Mapping[str, str]) -> tuple[str, str]:
    """Return a new API id and its key."""
    command = ["--app", "wsgi", "keys", "create", "--name", "bench", "--endpoint", "/api/ingress/*"]
    output = subprocess.check_output([BIN / "flask", *command], cwd=ROOT, env=environment)
    made = json.loads(output)
    return str(made["api_id"]), made["api_key"]


@contextmanager
def session(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the leader of a session of processes that ends with the block; its log is written to /dev/null."""
    leader = subprocess.Popen(
        [*ENDS_WITH_US, *command],
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield leader
    finally:
        leader.send_signal(signal.SIGTERM)
        leader.wait(STOP_WITHIN)
