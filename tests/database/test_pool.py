"""What happens when the database is slow to come, goes away, or breaks in the middle of a request."""

import os
import threading
import time

import pymysql
import pytest

from ingress import create_app
from ingress.config import DatabaseUrl
from ingress.database import queries
from ingress.database.pool import CONNECT_TIMEOUT, Database
from ingress.errors import TLDialerConnectionError
from tests.calls import PATH
from tests.dialer import Dialer, create_key_on
from tools.private_server import free_port


def test_every_connection_has_the_session_settings(tables):
    with tables.connection() as connection:
        cursor = connection.cursor()
        cursor.execute("SHOW SESSION VARIABLES")
        settings = dict(cursor.fetchall())

    assert "STRICT_ALL_TABLES" in settings["sql_mode"]
    assert settings.get("transaction_isolation", settings.get("tx_isolation")) == "READ-COMMITTED"
    assert (settings["innodb_lock_wait_timeout"], settings["character_set_client"]) == ("1", "utf8mb4")


@pytest.mark.mariadb
def test_a_call_is_billed_when_the_prepared_statement_is_lost(app, post, dialer):
    assert post(json={"cost": "1"}).status_code == 200

    with app.app_context():
        app.extensions["database"].open_connection().query("DEALLOCATE PREPARE bill_at_once")

    assert post(json={"cost": "2"}).status_code == 200
    assert [str(row["cost"]) for row in dialer.costs()] == ["1.0000", "2.0000"]


@pytest.mark.mariadb
def test_a_call_is_billed_when_no_statement_can_be_prepared(mortal_server, monkeypatch):
    app, key = make_mortal_app(mortal_server, monkeypatch, "ingress_full_test")
    set_prepared_statements(mortal_server, 0)

    try:
        answer = app.test_client().post(PATH, json={"cost": 1}, headers=key)
    finally:
        set_prepared_statements(mortal_server, 1000)

    assert answer.status_code == 200


def set_prepared_statements(server, most):
    with server.admin() as connection:
        connection.cursor().execute("SET GLOBAL max_prepared_stmt_count = %s", [most])


def test_a_call_is_billed_after_a_table_was_altered(post, dialer):
    assert post(json={"cost": "1"}).status_code == 200

    dialer.execute("ALTER TABLE call_costs ADD COLUMN operators_own INT NULL")
    try:
        assert post(json={"cost": "2"}).status_code == 200
    finally:
        dialer.execute("ALTER TABLE call_costs DROP COLUMN operators_own")


def test_a_thread_keeps_its_connection_and_does_not_share_it(tables):
    mine = tables.open_connection()
    others = []

    thread = threading.Thread(target=lambda: others.append(tables.open_connection()))
    thread.start()
    thread.join()

    assert tables.open_connection() is mine
    assert others[0] is not mine


def test_a_forked_process_uses_no_connection_of_its_parent(tables):
    mine = tables.open_connection()
    reader, writer = os.pipe()

    child = os.fork()
    if child == 0:
        os.write(writer, str(tables.open_connection().thread_id()).encode())
        os._exit(0)
    os.waitpid(child, 0)

    assert int(os.read(reader, 20)) != mine.thread_id()
    assert tables.open_connection() is mine
    queries.list_faults(mine)
    os.close(reader)
    os.close(writer)


def test_a_transaction_that_fails_leaves_nothing(tables, dialer):
    lead_id = dialer.add_lead()

    def update_and_fail(connection):
        connection.begin()
        queries.update_lead_cost(connection, lead_id, "5")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tables.run(update_and_fail)

    assert dialer.lead_cost(lead_id) is None


def test_a_transaction_whose_connection_was_lost_runs_again_on_a_new_one(tables, dialer):
    lead_id = dialer.add_lead()
    connections = []

    def update_and_lose_once(connection):
        connections.append(connection.thread_id())
        connection.begin()
        queries.update_lead_cost(connection, lead_id, "5")
        if len(connections) == 1:
            dialer.execute("KILL %s", connection.thread_id())
        queries.update_first_contact_cost(connection, lead_id, "5")
        connection.commit()

    tables.run(update_and_lose_once)

    assert connections[0] != connections[1]
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 5


def test_a_failing_transaction_is_the_documented_error_in_time(tables, dialer):
    lead_id = dialer.add_lead()
    started = time.monotonic()

    def update_and_lose(connection):
        connection.begin()
        queries.update_lead_cost(connection, lead_id, "5")
        dialer.execute("KILL %s", connection.thread_id())
        queries.update_first_contact_cost(connection, lead_id, "5")

    with pytest.raises(TLDialerConnectionError):
        tables.run(update_and_lose, deadline=started + 0.5)

    assert time.monotonic() - started < 1.5
    assert dialer.lead_cost(lead_id) is None


def test_an_error_in_a_statement_is_a_bug_not_a_connection_error(tables):
    with pytest.raises(pymysql.ProgrammingError), tables.connection() as connection:
        connection.cursor().execute("SELECT nothing FROM nowhere")


def test_the_next_host_is_tried_when_the_first_does_not_answer(tables):
    host = ("127.0.0.1", free_port()), *tables.url.hosts
    database = Database(DatabaseUrl(**{**vars(tables.url), "hosts": host}))

    with database.connection() as connection:
        queries.list_faults(connection)


@pytest.mark.slow
def test_a_server_that_never_answers_is_given_up_promptly(silent_port):
    database = Database(DatabaseUrl("user", "", (("127.0.0.1", silent_port),), "x_test"))

    started = time.monotonic()
    with pytest.raises(TLDialerConnectionError), database.connection():
        pass

    assert time.monotonic() - started < CONNECT_TIMEOUT + 0.5


def test_an_unreachable_database_is_a_503_that_says_when_to_come_back(dialer, post, broken_connection):
    broken_connection()

    response = post(json={"cost": 1})

    assert (response.status_code, response.json) == (503, {"error": "TLDialer Connection Error"})
    assert int(response.headers["Retry-After"]) > 0


@pytest.fixture
def silent_port():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.slow
def test_a_database_killed_under_load_gives_only_200_and_503(mortal_server, monkeypatch):
    app, key = make_mortal_app(mortal_server, monkeypatch, "ingress_mortal_test")
    statuses, stop = [], threading.Event()
    threads = [threading.Thread(target=send_until, args=(app, key, statuses, stop)) for _ in range(4)]
    for thread in threads:
        thread.start()

    for _ in range(2):
        time.sleep(0.4)
        mortal_server.kill()
        time.sleep(0.4)
        mortal_server.start()
    time.sleep(0.4)
    stop.set()
    for thread in threads:
        thread.join()

    assert 200 in statuses
    assert set(statuses) <= {200, 503}
    assert send(app, key) == 200
    with app.extensions["database"].connection() as connection:
        assert statuses.count(200) + 1 <= len(Dialer(connection).costs()) <= len(statuses) + 1


def make_mortal_app(mortal_server, monkeypatch, name):
    """Return a service on a database of that name on the server that may be killed, and credentials for it."""
    monkeypatch.setenv("TLDIALER_DATABASE_URL", mortal_server.create_database(name))
    app = create_app()
    app.extensions["database"].apply_schema()
    with app.extensions["database"].connection() as connection:
        return app, create_key_on(connection)


def send_until(app, key, statuses, stop):
    while not stop.is_set():
        statuses.append(send(app, key))


def send(app, key):
    return app.test_client().post(PATH, headers=key, json={"cost": 1}).status_code
