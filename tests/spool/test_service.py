"""The whole of it as in production: the database is killed, workers are, and what was answered 202 is billed once."""

import json
import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from ingress.config import parse_database_url
from ingress.database.pool import Database
from tests.calls import PATH
from tests.dialer import create_key_on
from tools.service import serve

pytestmark = pytest.mark.slow
SECONDS = 60  # until everything must be billed; it takes five on an idle machine


@pytest.fixture
def url(mortal_server):
    """A database of its own, empty."""
    with mortal_server.admin() as connection:
        connection.cursor().execute("DROP DATABASE IF EXISTS spool_test")
    url = mortal_server.create_database("spool_test")
    Database(parse_database_url(url)).apply_schema()
    return url


def fire(service, key, number):
    """Return the status; the notes tell one call from another."""
    body = json.dumps({"cost": number, "notes": str(number)}).encode()
    status, _, _ = service.send("POST", PATH, {**key, "Content-Type": "application/json"}, body)
    return status


def kill_workers(service):
    arbiter = service.process.pid
    for worker in Path(f"/proc/{arbiter}/task/{arbiter}/children").read_text().split():
        with suppress(ProcessLookupError):
            os.kill(int(worker), signal.SIGKILL)


def wait_until(is_true):
    deadline = time.monotonic() + SECONDS
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def depth(service):
    with suppress(OSError):
        return json.loads(service.send("GET", "/readyz")[2])["spool"]["depth"]


def count_costs(server):
    """How often each call was billed, by its notes."""
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT notes, COUNT(*) FROM spool_test.call_costs GROUP BY notes")
        return dict(cursor.fetchall())


def test_an_answer_202_is_billed_once_though_all_workers_are_killed(mortal_server, url, tmp_path):
    with Database(parse_database_url(url)).connect() as connection:
        key = create_key_on(connection)
    settings = {"TLDIALER_DATABASE_URL": url, "INGRESS_SPOOL": str(tmp_path / "spool"), "WEB_CONCURRENCY": "2"}
    with serve(tmp_path / "log", **settings) as service:
        before = [fire(service, key, number) for number in range(20)]
        mortal_server.kill()
        during = [fire(service, key, number) for number in range(20, 60)]
        kill_workers(service)
        mortal_server.start()
        wait_until(lambda: depth(service) not in (None, during.count(202)))
        kill_workers(service)
        wait_until(lambda: depth(service) == 0)

    assert before == [200] * 20
    assert set(during) <= {202, 503}
    assert 202 in during
    costs = count_costs(mortal_server)
    assert costs == {str(number): 1 for number, status in enumerate(before + during) if status < 300}


def test_many_requests_at_once_are_kept_while_the_database_is_away(mortal_server, url, tmp_path):
    with Database(parse_database_url(url)).connect() as connection:
        key = create_key_on(connection)
    settings = {"TLDIALER_DATABASE_URL": url, "INGRESS_SPOOL": str(tmp_path / "spool"), "WEB_CONCURRENCY": "1"}
    statuses = {}
    with serve(tmp_path / "log", **settings) as service:
        assert fire(service, key, 999) == 200
        mortal_server.kill()
        threads = [
            threading.Thread(target=lambda number=number: statuses.update({number: fire(service, key, number)}))
            for number in range(32)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        mortal_server.start()
        wait_until(lambda: depth(service) == 0)

    assert statuses == dict.fromkeys(range(32), 202)
    assert count_costs(mortal_server) == {"999": 1, **{str(number): 1 for number in range(32)}}
