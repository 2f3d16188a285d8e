"""Several hosts in the URL: which one a process uses, what makes it leave that one, and when it returns."""

import logging
import threading
import time
from dataclasses import replace

import pymysql
import pytest

from ingress import create_app
from ingress.config import parse_database_url
from ingress.database import hosts, queries
from ingress.database.connection import Connection
from ingress.database.pool import Database
from ingress.errors import TLDialerConnectionError
from tests.billing.test_faults import first_host, tables_of_first_host, url_of  # noqa: F401 - fixtures
from tests.conftest import make_service_user
from tools.private_server import free_port

pytestmark = pytest.mark.slow

READ_ONLY = pymysql.OperationalError(1290, "read-only")


@pytest.fixture
def database(server, mortal_server, first_host):  # noqa: F811
    """Two hosts, of which the first may be damaged: `first_host` is its root's cursor."""
    make_service_user(server, "ingress_test")
    yield Database(parse_database_url(url_of(mortal_server, server)))
    first_host.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1, read_only = 0")


@pytest.fixture
def first(database):
    return database.hosts.all[0]


@pytest.fixture
def second(database):
    return database.hosts.all[1]


def host_of(database):
    """The host that this thread would work on now."""
    return database.run(lambda connection: connection.server)


def fail_on(host, error):
    """Work that fails on one host, and on another returns it."""

    def work(connection):
        if connection.server is host:
            raise error
        return connection.server

    return work


def test_all_threads_of_one_process_leave_a_host_that_does_not_write(database, first, second):
    stays = Database(database.url)
    before, after, left = [], [], threading.Event()

    def use_twice():
        before.append(host_of(database))
        left.wait()
        after.append(host_of(database))

    thread = threading.Thread(target=use_twice)
    thread.start()
    assert host_of(database) is first
    assert str(host_of(stays)) == str(first)
    assert database.run(fail_on(first, READ_ONLY)) is second
    left.set()
    thread.join()

    assert (before, after) == ([first], [second])
    assert str(host_of(stays)) == str(first)


def test_a_host_is_left_also_when_its_connection_is_broken(database, first, second):
    def close_and_fail(connection):
        connection.close()
        return fail_on(first, READ_ONLY)(connection)

    assert database.run(close_and_fail) is second


def test_a_connection_to_a_host_that_was_left_is_closed(database, first, second):
    host_of(database)
    left = database.kept.connection

    database.hosts.use(second)

    assert host_of(database) is second
    assert not left.open


def test_a_failure_on_a_host_that_was_left_already_changes_nothing(database, first, second):
    """A request that began before the others left: it must not send them on, or they would never meet again."""
    late, began, left = [], threading.Event(), threading.Event()

    def fail_late(connection):
        if connection.server is first:
            began.set()
            left.wait()
            raise READ_ONLY
        return connection.server

    thread = threading.Thread(target=lambda: late.append(database.run(fail_late)))
    thread.start()
    began.wait()
    database.run(fail_on(first, READ_ONLY))
    left.set()
    thread.join()

    assert late == [second]
    assert host_of(database) is second


def test_the_first_host_is_used_again_once_it_has_not_failed_for_a_while(database, first, second, monkeypatch):
    monkeypatch.setattr(hosts, "AVOID_SECONDS", 0.3)
    database.run(fail_on(first, READ_ONLY))

    database.return_to_better_host()
    assert host_of(database) is second
    time.sleep(0.3)
    database.return_to_better_host()

    assert host_of(database) is first


def test_a_request_only_starts_the_look_at_a_better_host(database, first, monkeypatch):
    looked = threading.Event()
    monkeypatch.setattr(database, "return_to_better_host", looked.set)
    database.run(fail_on(first, READ_ONLY))

    host_of(database)

    assert looked.wait(5)


def test_a_host_that_is_still_unfit_when_looked_at_is_not_returned_to(database, first, second, first_host, monkeypatch):  # noqa: F811
    monkeypatch.setattr(hosts, "AVOID_SECONDS", 0.3)
    database.run(fail_on(first, READ_ONLY))
    first_host.execute("SET GLOBAL read_only = 1")

    time.sleep(0.3)
    database.return_to_better_host()

    assert host_of(database) is second
    assert first.is_avoided()


def test_a_host_that_stalls_without_an_error_is_left_after_two_time_outs(database, first, second, monkeypatch, caplog):
    monkeypatch.setattr(Connection, "answer_timeout", 0.2)
    tried = []

    def stall(connection):
        tried.append(connection.server)
        if connection.server is first:
            connection.cursor().execute("SELECT SLEEP(1)")
        return connection.server

    assert database.run(stall, deadline=time.monotonic() + 4.5) is second
    assert tried == [first, first, second]
    assert f"the database at {first} stalls" in caplog.text


def test_one_time_out_is_no_reason_to_leave_a_host(database, first, monkeypatch):
    monkeypatch.setattr(Connection, "answer_timeout", 0.2)
    tried = []

    def stall_once(connection):
        tried.append(connection.server)
        if len(tried) == 1:
            connection.cursor().execute("SELECT SLEEP(1)")

    database.run(stall_once)

    assert tried == [first, first]


@pytest.mark.parametrize("setting", ["innodb_flush_log_at_trx_commit = 2", "read_only = 1"])
def test_an_unfit_host_is_passed_over_if_another_is_fit(database, second, first_host, setting):  # noqa: F811
    first_host.execute(f"SET GLOBAL {setting}")

    assert host_of(database) is second


def test_a_host_with_a_drawback_is_used_if_there_is_none_without(database, first, second, monkeypatch):
    drawbacks = {first: ["is a donor"], second: []}
    monkeypatch.setattr(queries, "list_drawbacks", lambda connection: drawbacks[connection.server])

    assert host_of(database) is second
    drawbacks[second] = ["is a donor too"]
    database.kept.connection.close()

    assert host_of(database) is second


def test_an_unfit_host_that_was_not_in_use_gets_nothing_when_the_other_is_away(tables, server):
    """What was under way on the other host would be written there without anything having been checked."""
    away = ("127.0.0.1", free_port())
    database = Database(replace(tables.url, hosts=(away, *tables.url.hosts)))
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
        try:
            with pytest.raises(TLDialerConnectionError):
                host_of(database)
        finally:
            cursor.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1")

    assert str(host_of(database)) == str(database.hosts.all[1])


@pytest.fixture
def client(database, mortal_server, server, monkeypatch):
    monkeypatch.setenv("TLDIALER_DATABASE_URL", url_of(mortal_server, server))
    return create_app().test_client()


@pytest.fixture
def in_use(client):
    """The number of the host that the service uses."""
    hosts = client.application.extensions["database"].hosts
    return lambda: hosts.all.index(hosts.current)


def test_readiness_leaves_a_host_that_has_become_unfit_for_a_fit_one(client, in_use, first_host, caplog):  # noqa: F811
    caplog.set_level(logging.WARNING)
    assert (client.get("/readyz").status_code, in_use()) == (200, 0)
    first_host.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2")

    response = client.get("/readyz")

    assert (response.status_code, in_use()) == (200, 1)
    assert "innodb_flush_log_at_trx_commit is 2, not 1" in caplog.text


def test_readiness_names_the_faults_of_an_unfit_host_without_another(
    client,
    in_use,
    server,
    first_host,  # noqa: F811
):
    assert client.get("/readyz").status_code == 200
    with server.admin() as connection, connection.cursor() as second_host:
        for cursor in (first_host, second_host):
            cursor.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
        responses = [client.get("/readyz") for _ in range(3)]
        second_host.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1")

    assert {response.status_code for response in responses} == {503}
    assert {tuple(response.json["faults"]) for response in responses} == {
        ("innodb_flush_log_at_trx_commit is 2, not 1: a crash would lose costs",)
    }
    assert (client.get("/readyz").status_code, in_use()) == (200, 1)


def test_readiness_says_that_a_single_host_is_read_only_at_once(mortal_server, first_host, monkeypatch):  # noqa: F811
    monkeypatch.setenv("TLDIALER_DATABASE_URL", url_of(mortal_server))
    first_host.execute("SET GLOBAL read_only = 1")

    started = time.monotonic()
    response = create_app().test_client().get("/readyz")
    first_host.execute("SET GLOBAL read_only = 0")

    assert response.json["faults"] == ["read_only is on: the server is a replica, or shall not be written to"]
    assert time.monotonic() < started + 1


def test_what_was_seen_of_a_host_is_not_believed_of_another(client):
    database = client.application.extensions["database"]
    first, second = database.hosts.all

    client.get("/readyz")

    assert first.checked_until > time.monotonic()
    assert second.checked_until == 0


def test_a_host_is_checked_anew_when_work_never_got_through(database, first):
    """A node that stands still for a backup or another node refuses each write with a lock wait."""
    first.checked_until = time.monotonic() + 60

    with pytest.raises(TLDialerConnectionError):
        database.run(fail_on(first, pymysql.OperationalError(1205, "Lock wait timeout")), deadline=time.monotonic())

    assert first.checked_until == 0


def test_other_requests_do_not_believe_a_host_that_one_has_just_found_unfit(database, first, first_host, caplog):  # noqa: F811
    """That one is about to leave it for another, and they shall do the same instead of answering 503."""
    first.checked_until = time.monotonic() + 60
    first_host.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2")

    for _ in range(2):
        with database.connect_to(first, timeout=2) as connection:
            first.examine(connection)

    assert first.checked_until == 0
    assert caplog.text.count("innodb_flush_log_at_trx_commit is 2") == 1


def test_a_host_is_checked_anew_after_its_connection_was_lost(database, first):
    first.checked_until = time.monotonic() + 60
    lost = [pymysql.OperationalError(2013, "Lost connection")]

    def lose_once(connection):
        if lost:
            raise lost.pop()

    database.run(lose_once)

    assert first.checked_until == 0


@pytest.fixture
def away(database, monkeypatch):
    """No host takes a connection until `away.undo()`."""
    patch = pytest.MonkeyPatch()

    def refuse(host, timeout, client_flag=None):
        raise pymysql.OperationalError(2003, "refused")

    patch.setattr(database, "connect_to", refuse)
    yield patch
    patch.undo()


def test_an_outage_is_one_line_a_host_and_its_end_another(database, first, second, away, monkeypatch, caplog):
    monkeypatch.setattr(hosts, "QUIET_SECONDS", 0)
    for _ in range(50):
        with pytest.raises(TLDialerConnectionError):
            host_of(database)
    away.undo()
    for _ in range(5):
        host_of(database)

    for host in (first, second):
        assert caplog.text.count(f"no connection to the database at {host}") == 1
    assert caplog.text.count("works again") == 1
    assert f"the database at {first} works again after 0 s and 50 failures" in caplog.text


def test_a_host_that_still_fails_now_and_then_is_not_said_to_work_again(database, first, away, caplog):
    with pytest.raises(TLDialerConnectionError):
        host_of(database)
    away.undo()
    host_of(database)

    assert "works again" not in caplog.text


def test_errors_that_run_again_are_one_line_a_kind(database, first, caplog):
    errors = [pymysql.OperationalError(number, "of the moment") for number in [1213] * 9 + [2013] * 2]

    def fail_often(connection):
        if errors:
            raise errors.pop()

    for _ in range(3):
        database.run(fail_often)

    assert caplog.text.count("running again after") == 2


def test_a_host_that_refuses_each_write_is_one_line(database, first, caplog):
    for _ in range(3):
        database.run(fail_on(first, READ_ONLY))
        first.avoided_until = 0
        database.return_to_better_host()

    assert caplog.text.count(f"the database at {first} writes nothing: (1290, 'read-only')") == 1
