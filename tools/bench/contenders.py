"""Who is measured: the statements alone, an empty view, the service, and the service far from its database."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

from ingress.config import parse_database_url
from ingress.database.pool import Database
from tools.bench.floor import bill_for
from tools.bench.measure import Figures, processes, read_spent, resident_memory
from tools.mariadb import ENDS_WITH_US, PrivateMariaDB, free_port

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LUA = Path(__file__).with_name("calls.lua")
PATH = "/api/ingress/calls/inbound/billable/8005550001/2002000001"
WARM_UP = 2  # seconds: connections are made, and the processor is awake
START_SECONDS = 30
STOP_SECONDS = 20
FEW = 4  # connections over the slow link: the time of one answer is asked for, not of waiting in line


class Setting(NamedTuple):
    """A server, one database of it with that many calls, and the load."""

    server: PrivateMariaDB
    url: str
    calls: int
    connections: int
    seconds: int


class Service:
    """gunicorn with the settings of gunicorn.conf.py, under the load of wrk, whose processor time is not counted."""

    def __init__(self, setting, name, application="wsgi:app"):
        self.setting, self.name, self.application = setting, name, application
        self.port = free_port()
        self.environment = {**os.environ, "TLDIALER_DATABASE_URL": setting.url, "BIND": f"127.0.0.1:{self.port}"}
        self.key = create_key(self.environment)

    def run(self):
        """The Figures of one run, in processes of its own."""
        began = time.monotonic()
        with session([BIN / "gunicorn", self.application], self.environment) as leader:
            self.wait_for_answer(leader)
            first_answer = (time.monotonic() - began) * 1000
            self.load(WARM_UP)
            workers = [pid for pid in processes(leader.pid) if pid != leader.pid]
            memory, before = resident_memory(workers), read_spent(processes(leader.pid), self.setting.server)
            requests, refused, p50, p99 = self.load(self.setting.seconds)
            after, memory_after = read_spent(processes(leader.pid), self.setting.server), resident_memory(workers)
        each = spent_each(before, after, requests)
        return Figures(
            requests / self.setting.seconds, p50 / 1000, p99 / 1000, *each, first_answer, memory, memory_after, refused
        )

    def wait_for_answer(self, leader):
        """Return after the first billed call."""
        headers = {"tld-api-id": str(self.key["api_id"]), "tld-api-key": self.key["api_key"]}
        deadline = time.monotonic() + START_SECONDS
        while leader.poll() is None and time.monotonic() < deadline:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("POST", PATH + "?cost=1", headers=headers)
                return connection.getresponse().read()
            except OSError:
                time.sleep(0.005)
            finally:
                connection.close()
        sys.exit(f"{self.name} does not answer")

    def load(self, seconds):
        """Return requests, those not answered with 200, and p50 and p99 in microseconds; as calls.lua prints them."""
        key = {"BENCH_API_ID": str(self.key["api_id"]), "BENCH_API_KEY": self.key["api_key"]}
        wrk = [
            "wrk",
            "-t1",
            f"-c{self.setting.connections}",
            f"-d{seconds}",
            "-s",
            LUA,
            f"http://127.0.0.1:{self.port}",
        ]
        done = subprocess.run(
            [*ENDS_WITH_US, *wrk],
            env={**self.environment, **key, "BENCH_CALLS": str(self.setting.calls)},
            text=True,
            check=True,
            stdout=subprocess.PIPE,
        )
        return [int(figure) for figure in done.stdout.splitlines()[-1].split()]


class SlowLink(Service):
    """The service with 5 ms each way between it and its database."""

    def __init__(self, setting):
        super().__init__(setting._replace(connections=FEW), "service, 5 ms each way")
        self.link = free_port()
        url = setting.url.replace(f":{setting.server.port}/", f":{self.link}/")
        self.environment["TLDIALER_DATABASE_URL"] = url

    def run(self):
        command = [sys.executable, "-m", "tools.bench.slow_link", str(self.link), str(self.setting.server.port)]
        with session(command, self.environment):
            return super().run()


class Floor:
    """The same statement from PyMySQL in a loop and nothing else, in this process: one interpreter, eight threads."""

    name = "the statements alone"

    def __init__(self, setting):
        self.setting = setting
        self.database = Database(parse_database_url(setting.url))

    def run(self):
        before = read_spent([os.getpid()], self.setting.server)
        requests = bill_for(self.setting.seconds, self.database, self.setting.calls)
        each = spent_each(before, read_spent([os.getpid()], self.setting.server), requests)
        return Figures(requests / self.setting.seconds, None, None, *each, None, None, None, 0)


def spent_each(before, after, requests):
    return [(late - early) / max(requests, 1) for early, late in zip(before, after, strict=True)]


def create_key(environment):
    command = [BIN / "flask", "--app", "wsgi", "keys", "create", "--name", "bench", "--endpoint", "/api/ingress/*"]
    return json.loads(subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE).stdout)


@contextmanager
def session(command, environment):
    """The leader of a session of processes that ends with the block; its log is written, but to nowhere."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [*ENDS_WITH_US, *command]
    leader = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, **quiet)
    try:
        yield leader
    finally:
        leader.send_signal(signal.SIGTERM)
        leader.wait(STOP_SECONDS)
