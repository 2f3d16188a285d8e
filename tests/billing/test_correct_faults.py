"""What breaks under a correction, one thing at a time: it is booked whole and once, or not at all and then again."""

import os
import random
import signal
import threading
import time
from contextlib import contextmanager
from decimal import Decimal
from itertools import count

import pymysql
import pytest

from ingress import create_app
from ingress.billing.correct import Author, correct_cost
from ingress.database import queries
from ingress.database.connection import Connection
from tests.billing.amounts import assert_amounts_agree, list_amounts
from tests.conftest import URL, make_service_user
from tests.servers import WAYS
from tools.chaos.packets import Way
from tools.chaos.plan import AT_COMMIT, Fault
from tools.chaos.proxy import Proxy
from tools.chaos.tally import Tally

PATH = f"{URL}/8005550142/7205550134"
CALL = {"call_date": "2024-03-05T14:21:09Z"}
KEYED = {"Idempotency-Key": "RGB7F31"}
ANN = Author("ann", "credited")
BEFORE, AFTER = [Decimal(25)], [Decimal(25), Decimal("18.75")]

pytestmark = pytest.mark.slow


@pytest.fixture
def lead_id(dialer):
    return dialer.add_call()


@pytest.fixture
def cost_id(dialer, lead_id, key):
    """The cost of the lead's call: 25."""
    return bill(key, "25")


def bill(key, cost):
    response = create_app().test_client().post(PATH, headers={**key, **KEYED}, json={**CALL, "cost": cost})
    assert response.status_code == 200
    return int(response.json["cost_id"])


def correct_as_sender(key, cost_id):
    assert bill(key, "18.75") == cost_id


def correct_as_person(key, cost_id):
    with create_app().app_context():
        correct_cost(cost_id, Decimal("18.75"), ANN)


CORRECTIONS = pytest.mark.parametrize("correct", [correct_as_sender, correct_as_person])


def booked(dialer, cost_id):
    """The amounts of a cost; all that must hold is checked, too."""
    assert_amounts_agree(dialer)
    return list_amounts(dialer, cost_id)


@CORRECTIONS
@pytest.mark.usefixtures("way_of_billing")
def test_killed_at_any_statement_it_leaves_all_or_nothing(dialer, lead_id, key, correct):
    for statements in count():
        cost_id = bill(key, "25")
        ended = run_and_die_after(statements, correct, key, cost_id)
        amounts = booked(dialer, cost_id)
        assert amounts == AFTER if ended == 0 else amounts in (BEFORE, AFTER), f"killed after {statements} statements"
        correct(key, cost_id)
        assert booked(dialer, cost_id) == AFTER
        if ended == 0:
            break
        start_anew(dialer)

    assert statements > 9


def run_and_die_after(statements, correct, *args):
    """Run in a child process that is killed as soon as it has sent so many; return how it ended."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    sent, execute_command = count(), Connection._execute_command

    def execute_and_die(connection, command, sql):
        if next(sent) == statements:
            os.kill(os.getpid(), signal.SIGKILL)
        execute_command(connection, command, sql)

    Connection._execute_command = execute_and_die
    try:
        correct(*args)
        os._exit(0)
    finally:
        os._exit(1)


def start_anew(dialer):
    for table in ("deliveries", "cost_changes", "call_costs"):
        dialer.execute(f"DELETE FROM {table}")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fault", AT_COMMIT)
@CORRECTIONS
def test_broken_at_commit_it_is_booked_once(server, dialer, cost_id, key, monkeypatch, way, fault, correct):
    tally, at_commit = Tally(0, [], {fault: 1}, {way: 0}), threading.Event()
    update_first_contact_cost = queries.update_first_contact_cost

    def update_and_tell(*args):
        at_commit.set()
        return update_first_contact_cost(*args)

    monkeypatch.setattr(queries, "update_first_contact_cost", update_and_tell)
    with Proxy(server.port, tally, random.Random(), at_commit.is_set) as proxy:
        monkeypatch.setenv("TLDIALER_DATABASE_URL", proxy.url(make_service_user(server, "ingress_test")))
        correct(key, cost_id)

    assert (tally.faults[fault], tally.ways[way]) == (1, 1)
    assert booked(dialer, cost_id) == AFTER


@pytest.mark.parametrize("fault", [Fault.CUT_BEFORE, Fault.CUT_AFTER])
def test_the_answer_of_a_broken_correction_is_that_of_a_whole_one(server, dialer, cost_id, key, monkeypatch, fault):
    """Its first try may have been booked: it is then answered as a repetition of itself."""
    tally, corrected = Tally(0, [], {fault: 1}, {Way.STEP_BY_STEP: 0}), {**CALL, "cost": "18.75"}
    with Proxy(server.port, tally, random.Random(), lambda: 1) as proxy:
        monkeypatch.setenv("TLDIALER_DATABASE_URL", proxy.url(make_service_user(server, "ingress_test")))
        response = create_app().test_client().post(PATH, headers={**key, **KEYED}, json=corrected)
        again = create_app().test_client().post(PATH, headers={**key, **KEYED}, json=corrected)

    assert ("Idempotent-Replayed" in response.headers) == (fault is Fault.CUT_AFTER)
    assert (response.json["corrected_from"], again.data) == ("25.0000", response.data)
    assert booked(dialer, cost_id) == AFTER


def test_a_persons_change_that_was_lost_is_not_done_over_a_newer_one(dialer, app, cost_id, key, monkeypatch):
    commit, lost = Connection.commit, []

    def commit_and_lose(connection):
        commit(connection)
        if not lost:
            lost.append(True)
            bill(key, "20")
            raise pymysql.OperationalError(2013, "Lost connection to MySQL server during query")

    monkeypatch.setattr(Connection, "commit", commit_and_lose)
    with app.app_context():
        correction = correct_cost(cost_id, Decimal("18.75"), ANN)

    assert (correction.is_change, correction.cost_from, correction.cost_to) == (True, *AFTER)
    assert booked(dialer, cost_id) == [*AFTER, 20]


def test_a_senders_change_that_was_lost_is_not_done_over_a_newer_one(dialer, client, cost_id, key, monkeypatch):
    commit, lost = Connection.commit, []

    def commit_and_lose(connection):
        commit(connection)
        if not lost:
            lost.append(True)
            bill(key, "20")
            raise pymysql.OperationalError(2013, "Lost connection to MySQL server during query")

    monkeypatch.setattr(Connection, "commit", commit_and_lose)
    response = client.post(PATH, headers={**key, **KEYED}, json={**CALL, "cost": "18.75"})

    assert (response.json["corrected_from"], response.json["corrected_to"]) == ("25.0000", "20.0000")
    assert booked(dialer, cost_id) == [*AFTER, 20]


STATEMENTS = [
    "lock_delivery",
    "lock_cost",
    "list_cost_changes",
    "insert_cost_change",
    "update_cost",
    "lock_lead",
    "find_newest_cost",
    "update_lead_cost",
    "update_first_contact_cost",
]


@CORRECTIONS
@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("number", [1205, 1213, 2013])
def test_broken_off_at_a_statement_it_runs_again(dialer, cost_id, key, monkeypatch, correct, statement, number):
    broken = break_once(monkeypatch, statement, number)

    correct(key, cost_id)

    assert broken
    assert booked(dialer, cost_id) == AFTER


@pytest.mark.parametrize("statement", ["find_delivery", "insert_unbilled_delivery", "update_delivery_answered"])
@pytest.mark.parametrize("number", [1205, 1213, 2013])
def test_a_delivery_broken_off_at_a_statement_runs_again(dialer, cost_id, key, monkeypatch, statement, number):
    broken = break_once(monkeypatch, statement, number)

    correct_as_sender(key, cost_id)

    assert broken
    assert booked(dialer, cost_id) == AFTER


def break_once(monkeypatch, statement, number):
    """Let a statement fail the first time it has run; the list is empty until then."""
    function, broken = getattr(queries, statement), []

    def run_and_break(*args, **values):
        result = function(*args, **values)
        if not broken:
            broken.append(True)
            raise pymysql.OperationalError(number, "broken off")
        return result

    monkeypatch.setattr(queries, statement, run_and_break)
    return broken


ROWS = {
    "deliveries": "delivery_id = (SELECT MIN(delivery_id) FROM (SELECT delivery_id FROM deliveries) AS first)",
    "call_costs": "cost_id > 0",
    "leads": "lead_id > 0",
    "lead_first_contacts": "lead_id > 0",
}
TOUCH = {"deliveries": "status = 200", "call_costs": "attributed = 0", "leads": "vendor_id = 1"}


@CORRECTIONS
@pytest.mark.parametrize("table", ROWS)
def test_a_row_locked_for_longer_than_one_wait_is_waited_for(tables, dialer, cost_id, key, table, correct):
    with locked(tables, table) as outside:
        release = threading.Timer(1.4, outside.rollback)
        release.start()
        correct(key, cost_id)
        release.join()

    assert booked(dialer, cost_id) == AFTER


@contextmanager
def locked(tables, table):
    """Lock the row of a table that the correction needs; it is released at the end at the latest."""
    with tables.connect() as outside:
        outside.begin()
        outside.cursor().execute(f"SELECT 1 FROM {table} WHERE {ROWS[table]} FOR UPDATE")
        yield outside
        if outside.open:
            outside.rollback()


@CORRECTIONS
@pytest.mark.parametrize(
    ("held", "wanted"), [("call_costs", "deliveries"), ("leads", "call_costs"), ("lead_first_contacts", "leads")]
)
def test_the_loser_of_a_deadlock_is_booked_all_the_same(tables, dialer, cost_id, key, caplog, held, wanted, correct):
    corrected = threading.Thread(target=correct, args=(key, cost_id))
    with tables.connect() as heavy, locked(tables, held) as outside:
        cursor = outside.cursor()
        for _ in range(50):  # InnoDB undoes the transaction that has written less
            cursor.execute(
                "INSERT INTO tldialer_call_log (call_date, call_direction, call_from, call_to) VALUES "
                "('2000-01-01', 'INBOUND', '', '')"
            )
        corrected.start()
        wait_until_locked(heavy, wanted)
        cursor.execute(f"UPDATE {wanted} SET {TOUCH[wanted]} WHERE {ROWS[wanted]}")
        outside.commit()
        corrected.join()

    assert "Deadlock found" in caplog.text
    assert booked(dialer, cost_id) == AFTER


def wait_until_locked(connection, table):
    deadline = time.monotonic() + 5
    with pytest.raises(pymysql.OperationalError, match=r"Lock wait timeout|NOWAIT is set"):
        while time.monotonic() < deadline:
            connection.cursor().execute(f"SELECT 1 FROM {table} WHERE {ROWS[table]} FOR UPDATE NOWAIT")


@CORRECTIONS
def test_a_lead_locked_for_too_long_is_an_error_and_nothing_is_booked(tables, dialer, cost_id, key, correct):
    with locked(tables, "leads"), pytest.raises(Exception, match=r"TLDialer Connection Error|assert 503 == 200"):
        correct(key, cost_id)

    assert booked(dialer, cost_id) == BEFORE
    correct(key, cost_id)
    assert booked(dialer, cost_id) == AFTER
