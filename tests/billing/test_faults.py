"""What breaks under a single request, one thing at a time; `make chaos` breaks all of them under many."""

import os
import random
import signal
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pymysql
import pytest

from ingress import create_app
from ingress.access.key_secrets import hash_secret
from ingress.config import parse_database_url
from ingress.database import pool, queries
from ingress.database.connection import Connection
from ingress.database.pool import Database
from tests.calls import CALL, PATH
from tests.conftest import make_service_user
from tests.servers import IS_MARIADB, WAYS
from tests.vicidial import both_dialers
from tools.chaos.plan import AT_COMMIT, Fault
from tools.chaos.proxy import Proxy
from tools.chaos.tally import Tally
from tools.service import serve

pytestmark = pytest.mark.slow
WRITTEN = """
    SELECT
      (SELECT COUNT(*) FROM deliveries WHERE cost_id IS NOT NULL) AS deliveries,
      (SELECT COUNT(*) FROM call_costs) AS costs,
      (SELECT COUNT(*) FROM leads WHERE cost IS NOT NULL) AS leads,
      (SELECT COUNT(*) FROM lead_first_contacts WHERE cost IS NOT NULL) AS first_contacts
"""


@contextmanager
def locked(tables, lead_id, seconds):
    """A lead that somebody else keeps locked for that long, or until the end of the block."""
    with tables.connect() as outside:
        outside.begin()
        outside.cursor().execute("SELECT cost FROM leads WHERE lead_id = %s FOR UPDATE", [lead_id])
        release = threading.Timer(seconds, outside.rollback)
        release.start()
        yield
        release.cancel()
        release.join()
        outside.rollback()


@pytest.mark.usefixtures("way_of_billing")
def test_a_lead_locked_for_longer_than_one_wait_is_billed(tables, dialer, post):
    lead_id = dialer.add_call()

    with locked(tables, lead_id, seconds=1.4):
        response = post(json=CALL)

    assert (response.status_code, response.json["updated"]) == (200, 1)
    assert (len(dialer.costs()), dialer.lead_cost(lead_id)) == (1, 12.5)


@pytest.mark.usefixtures("way_of_billing")
def test_the_log_counts_the_time_that_the_database_took(tables, dialer, post):
    lead_id = dialer.add_call()

    with locked(tables, lead_id, seconds=0.5):
        post(json=CALL)

    assert 400 < dialer.execute("SELECT milliseconds FROM deliveries").fetchone()["milliseconds"] < 5000


@pytest.mark.usefixtures("way_of_billing")
def test_a_lead_locked_for_too_long_is_a_503_within_five_seconds(tables, dialer, post):
    lead_id = dialer.add_call()

    with locked(tables, lead_id, seconds=60):
        started = time.monotonic()
        response = post(json=CALL)
        seconds = time.monotonic() - started
    time.sleep(0.3)  # a transaction that still waited would now go on

    assert (response.status_code, response.json) == (503, {"error": "TLDialer Connection Error"})
    assert int(response.headers["Retry-After"]) > 0
    assert seconds < 5
    assert set(dialer.execute(WRITTEN).fetchone().values()) == {0}
    assert post(json=CALL).status_code == 200


@pytest.mark.usefixtures("way_of_billing")
def test_the_loser_of_a_deadlock_is_billed(tables, dialer, post, caplog):
    lead_id = dialer.add_call()
    responses = []
    sender = threading.Thread(target=lambda: responses.append(post(json=CALL)))
    with tables.connect() as outside, outside.cursor() as cursor:
        outside.begin()
        for _ in range(50):  # InnoDB undoes the transaction that has written less
            cursor.execute("INSERT INTO leads (cost) VALUES (1)")
        cursor.execute("UPDATE lead_first_contacts SET cost = 1 WHERE lead_id = %s", [lead_id])
        sender.start()
        wait_until_locked(dialer, lead_id)
        cursor.execute("UPDATE leads SET cost = 1 WHERE lead_id = %s", [lead_id])
        outside.commit()
    sender.join()

    assert "Deadlock found" in caplog.text
    assert responses[0].status_code == 200
    assert (len(dialer.costs()), dialer.lead_cost(lead_id)) == (1, 12.5)


def wait_until_locked(dialer, lead_id):
    deadline = time.monotonic() + 5
    with pytest.raises(pymysql.OperationalError, match=r"Lock wait timeout|NOWAIT is set"):
        while time.monotonic() < deadline:
            dialer.execute("SELECT 1 FROM leads WHERE lead_id = %s FOR UPDATE NOWAIT", lead_id)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", AT_COMMIT)
def test_a_connection_broken_at_commit_bills_the_call_once(server, dialer, key, monkeypatch, way, fault):
    lead_id = dialer.add_call(datetime.now(UTC))
    tally = Tally(0, [], {fault: 1}, {way: 0})
    with Proxy(server.port, tally, random.Random(), lambda: 1) as proxy:
        monkeypatch.setenv("TLDIALER_DATABASE_URL", proxy.url(make_service_user(server, "ingress_test")))
        response = create_app().test_client().post(PATH, json={"cost": "12.5"}, headers=key)

    assert (tally.faults[fault], tally.ways[way]) == (1, 1)
    assert (response.status_code, response.json["updated"]) == (200, 1)
    assert [str(row["cost_id"]) for row in dialer.costs()] == [response.json["cost_id"]]
    assert dialer.lead_cost(lead_id) == 12.5
    replayed = fault in (Fault.CUT_AFTER, Fault.SILENCE)
    assert ("Idempotent-Replayed" in response.headers) == replayed
    assert replayed or fault in (Fault.CUT_BEFORE, Fault.STALL)


@pytest.mark.usefixtures("way_of_billing")
@both_dialers
def test_a_process_killed_at_any_statement_leaves_all_or_nothing(dialer, key, monkeypatch):
    lead_id = dialer.add_call()
    request = {"path": PATH, "headers": {**key, "Idempotency-Key": "x"}, "json": CALL}

    for statements in count():
        ended = post_and_die_after(statements, request, monkeypatch)
        written = set(dialer.execute(WRITTEN).fetchone().values())
        assert written in ({0}, {1}), f"killed after {statements} statements"
        if ended == 0:
            break
        assert create_app().test_client().post(**request).status_code == 200
        assert (len(dialer.costs()), dialer.lead_cost(lead_id)) == (1, 12.5)
        start_anew(dialer)

    assert statements > 3


def post_and_die_after(statements, request, monkeypatch):
    """Send in a child process that is killed as soon as it has sent so many; return how it ended."""
    child = os.fork()
    if child == 0:
        sent = count()
        execute_command = Connection._execute_command

        def execute_and_die(connection, command, sql):
            if next(sent) == statements:
                os.kill(os.getpid(), signal.SIGKILL)
            execute_command(connection, command, sql)

        monkeypatch.setattr(Connection, "_execute_command", execute_and_die)
        status = create_app().test_client().post(**request).status_code
        os._exit(status != 200)
    return os.waitpid(child, 0)[1]


def test_a_duplicate_never_gets_an_answer_that_a_crash_has_undone(mortal_server, first_host, key, monkeypatch):
    """Others see a commit before it is on disk; here the moment between is made long, and the crash comes in it."""
    monkeypatch.setenv("TLDIALER_DATABASE_URL", url_of(mortal_server))
    client = create_app().test_client()
    assert client.post(PATH, json={"cost": 1}, headers=key).status_code == 200
    first_host.execute("SET GLOBAL innodb_flush_log_at_timeout = 2700, innodb_flush_log_at_trx_commit = 0")
    assert client.post(PATH, json=CALL, headers=key).status_code == 200
    first_host.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1")

    crash_once_after_finding_the_first(mortal_server, monkeypatch)
    again = client.post(PATH, json=CALL, headers=key)

    assert again.status_code == 200
    with mortal_server.admin() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT cost_id FROM ingress_test.call_costs WHERE cost = %s", [CALL["cost"]])
        assert [str(cost_id) for (cost_id,) in cursor.fetchall()] == [again.json["cost_id"]]


def test_a_first_delivery_that_is_not_visible_yet_is_looked_up_again(dialer, post, monkeypatch):
    first = post(json=CALL)
    find_delivery = queries.find_delivery

    def find_nothing_once(*args):
        monkeypatch.setattr(queries, "find_delivery", find_delivery)

    monkeypatch.setattr(queries, "find_delivery", find_nothing_once)
    again = post(json=CALL)

    assert (again.status_code, again.data) == (200, first.data)


def crash_once_after_finding_the_first(server, monkeypatch):
    find_delivery = queries.find_delivery

    def find_and_crash(*args):
        monkeypatch.setattr(queries, "find_delivery", find_delivery)
        first = find_delivery(*args)
        server.kill()
        server.start()
        return first

    monkeypatch.setattr(queries, "find_delivery", find_and_crash)


def start_anew(dialer):
    for table in ("deliveries", "call_costs"):
        dialer.execute(f"DELETE FROM {table}")
    for table in ("leads", "lead_first_contacts"):
        dialer.execute(f"UPDATE {table} SET cost = NULL")


@pytest.fixture(scope="module")
def service(tables, tmp_path_factory):
    """Several processes of several threads each."""
    with serve(tmp_path_factory.mktemp("faults") / "log", WEB_CONCURRENCY="3") as service:
        yield service


def fire_at_once(service, requests):
    """Send each of these (headers, body) from a thread of its own at the same moment; return the answers."""
    barrier = threading.Barrier(len(requests))
    answers = []

    def fire(headers, body):
        barrier.wait()
        answers.append(service.send("POST", PATH, {"Content-Type": "application/json", **headers}, body))

    threads = [threading.Thread(target=fire, args=request) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.parametrize("headers", [{"Idempotency-Key": "RGB7F31"}, {}], ids=["key", "no key"])
def test_fifty_requests_to_several_processes_are_one_cost(service, dialer, key, headers):
    lead_id = dialer.add_call()
    body = b'{"cost": "12.5", "call_date": "2024-03-05T14:21:09Z"}'

    answers = fire_at_once(service, [({**key, **headers}, body)] * 50)

    assert {status for status, _, _ in answers} == {200}
    assert len({body for _, _, body in answers}) == 1
    assert sum("Idempotent-Replayed" not in headers for _, headers, _ in answers) == 1
    assert (len(dialer.costs()), dialer.lead_cost(lead_id)) == (1, 12.5)


def test_one_key_with_two_costs_at_several_processes_is_one_cost(service, dialer, key):
    keyed = {**key, "Idempotency-Key": "RGB7F31"}

    answers = fire_at_once(service, [(keyed, b'{"cost": 12}'), (keyed, b'{"cost": 13}')] * 25)

    (row,) = dialer.costs()
    (change,) = dialer.execute("SELECT cost_from, cost_to FROM cost_changes").fetchall()
    assert {status for status, _, _ in answers} == {200}
    assert sum("Idempotent-Replayed" not in headers for _, headers, _ in answers) == 2
    assert (row["cost"], {change["cost_from"], change["cost_to"]}) == (change["cost_to"], {12, 13})


@pytest.fixture(scope="module")
def tables_of_first_host(mortal_server):
    """Made before `way_of_billing` passes the server for MySQL: the schema asks which it is, too."""
    Database(parse_database_url(mortal_server.create_database("ingress_test"))).apply_schema()


@pytest.fixture
def first_host(mortal_server, tables_of_first_host, dialer, key):
    """A second server with the same tables, user and key, which the service asks first; yields root's cursor."""
    make_service_user(mortal_server, "ingress_test")
    with mortal_server.admin() as connection, connection.cursor() as cursor:
        cursor.execute("USE ingress_test")
        cursor.execute("DELETE FROM deliveries")
        cursor.execute("DELETE FROM call_costs")
        cursor.execute("REPLACE INTO api_keys (api_id, key_hash, name) VALUES (%s, %s, 'test')", key_row(key))
        yield cursor


def key_row(key):
    return key["tld-api-id"], hash_secret(key["tld-api-key"])


def url_of(*servers):
    hosts = ",".join(f"127.0.0.1:{server.port}" for server in servers)
    return f"mysql://service:service@{hosts}/ingress_test"


TX_READ_ONLY = "tx_read_only" if IS_MARIADB else "transaction_read_only"
NOT_WRITABLE = {
    "read_only is on": ("SET GLOBAL read_only = 1", "SET GLOBAL read_only = 0"),
    "(1792, ": (f"SET GLOBAL {TX_READ_ONLY} = 1", f"SET GLOBAL {TX_READ_ONLY} = 0"),
    "(1047, ": (  # Galera says so; here a trigger says it in its place
        "CREATE TRIGGER not_ready BEFORE INSERT ON deliveries FOR EACH ROW SIGNAL SQLSTATE '08S01'"
        " SET MYSQL_ERRNO = 1047, MESSAGE_TEXT = 'WSREP has not yet prepared node for application use'",
        "DROP TRIGGER not_ready",
    ),
}


@pytest.fixture(params=NOT_WRITABLE)
def refusal(request, first_host):
    """What the log says when the first host refuses to write, which it does meanwhile."""
    begin, end = NOT_WRITABLE[request.param]
    first_host.execute(begin)
    yield request.param
    first_host.execute(end)


@pytest.mark.usefixtures("way_of_billing")
def test_a_host_that_does_not_write_gives_way_to_the_next(
    server, mortal_server, refusal, dialer, key, monkeypatch, caplog
):
    monkeypatch.setenv("TLDIALER_DATABASE_URL", url_of(mortal_server, server))
    client = create_app().test_client()

    responses = [client.post(PATH, json={"cost": cost}, headers=key) for cost in (1, 2)]

    assert [response.status_code for response in responses] == [200, 200]
    assert len(dialer.costs()) == 2
    assert caplog.text.count(refusal) == 1


def test_a_request_is_a_503_when_no_host_writes(mortal_server, refusal, key, monkeypatch):
    monkeypatch.setattr(pool, "REQUEST_SECONDS", 1)
    monkeypatch.setenv("TLDIALER_DATABASE_URL", url_of(mortal_server))

    response = create_app().test_client().post(PATH, json=CALL, headers=key)

    assert response.status_code == 503
    assert response.json["error"].partition(": ")[0] == "TLDialer Connection Error"
    assert "Retry-After" in response.headers


def stop(pid):
    """Stop a process; on a busy machine its threads go on for a moment after the signal."""
    os.kill(pid, signal.SIGSTOP)
    threads = list(Path(f"/proc/{pid}/task").iterdir())
    while any((thread / "stat").read_text().rpartition(")")[2].split()[0] != "T" for thread in threads):
        time.sleep(0.01)


def test_a_silent_database_is_a_503_within_five_seconds(mortal_server, first_host, key, monkeypatch):
    monkeypatch.setenv("TLDIALER_DATABASE_URL", url_of(mortal_server))
    client = create_app().test_client()
    assert client.post(PATH, json=CALL, headers=key).status_code == 200

    stop(mortal_server.pid)
    started = time.monotonic()
    response = client.post(PATH, json={"cost": 1}, headers=key)
    seconds = time.monotonic() - started
    os.kill(mortal_server.pid, signal.SIGCONT)

    assert (response.status_code, response.json) == (503, {"error": "TLDialer Connection Error"})
    assert seconds < 5
