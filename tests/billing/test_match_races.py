"""`match` beside live requests, beside a second copy of itself, killed anywhere, and over an outage of the database."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pymysql
import pytest

from ingress import create_app
from ingress.billing.match import Finding, match_calls
from ingress.clock import dialer_now
from ingress.database import queries
from ingress.database.connection import Connection
from tests.billing.report import report
from tests.calls import CALL, PATH
from tests.conftest import ROOT, URL
from tests.dialer import Dialer, create_key_on

pytestmark = pytest.mark.slow

ONE_UPDATED = report(matched=1, updated=1)


@pytest.fixture
def late_lead(dialer, post):
    """The lead of a call that came into the log after its cost."""
    post("/8005550142/7205550199", json=CALL)
    return dialer.add_call(call_from="7205550199")


def match_all(app):
    """What `match` does, without printing: threads share one standard output. Return the Findings."""
    with app.app_context():
        now = dialer_now()
        return [finding for _, finding in match_calls(now - timedelta(days=1), now)]


@contextmanager
def started(work, *args):
    """Run `work(*args)` in a thread of its own during the block; the list holds what it returned, after the block."""
    returned = []
    thread = threading.Thread(target=lambda: returned.append(work(*args)))
    thread.start()
    yield returned
    thread.join()


def on_lock(monkeypatch, act, statement="lock_lead"):
    """Do something when `match` is about to lock a lead, or before that a delivery, having found its call."""
    lock = getattr(queries, statement)

    def act_first(*args):
        act()
        return lock(*args)

    monkeypatch.setattr(queries, statement, act_first)


def test_a_live_request_that_commits_first_is_seen_as_newer(dialer, app, tables, post, late_lead, monkeypatch):
    at_lock = threading.Event()
    on_lock(monkeypatch, at_lock.set)
    dialer.add_call(lead_id=late_lead)
    with tables.connect() as live:
        live.begin()
        queries.update_lead_cost(live, late_lead, "20")
        with started(match_all, app) as findings:
            assert at_lock.wait(5)
            bill_on(live, late_lead)
            time.sleep(0.1)  # it waits for the lead
            live.commit()

    assert findings == [[Finding.OUTDATED]]
    assert dialer.lead_cost(late_lead) == 20


def bill_on(connection, lead_id):
    """A newer cost of 20 for this lead, as far as it matters here."""
    cursor = connection.cursor()
    cursor.execute(
        "INSERT INTO call_costs (date_billed, cost, call_date, call_from, call_to)"
        " VALUES ('2100-01-01', 20, '2100-01-01', '', '')"
    )
    cursor.execute(
        "INSERT INTO deliveries (request_id, api_id, received, sent, outcome, status, lead_id, cost_id)"
        " VALUES ('', 1, '2100-01-01', '{}', 'billed', 200, %s, %s)",
        [lead_id, cursor.lastrowid],
    )


def test_a_live_request_during_a_match_sets_its_cost_afterwards(dialer, app, post, late_lead, monkeypatch):
    dialer.add_call(lead_id=late_lead)
    find_newest_cost, live = queries.find_newest_cost, []

    def look_and_be_met(*args):
        monkeypatch.setattr(queries, "find_newest_cost", find_newest_cost)
        newest = find_newest_cost(*args)
        live.append(threading.Thread(target=lambda: post(json={**CALL, "cost": "20"})))
        live[0].start()
        time.sleep(0.2)  # it has inserted its cost and waits for the lead
        return newest

    monkeypatch.setattr(queries, "find_newest_cost", look_and_be_met)

    assert match_all(app) == [Finding.UPDATED]
    live[0].join()

    assert dialer.lead_cost(late_lead) == dialer.first_contact_cost(late_lead) == 20


def test_two_runs_at_the_same_delivery_settle_it_once(dialer, app, late_lead, monkeypatch):
    on_lock(monkeypatch, threading.Barrier(2, timeout=5).wait, "update_matched_delivery")

    with started(match_all, app) as findings:
        mine = match_all(create_app())

    assert sorted([mine, *findings], key=str) == [[Finding.TAKEN], [Finding.UPDATED]]
    assert dialer.lead_cost(late_lead) == 12.5


def test_a_newer_cost_between_two_runs_is_not_overwritten(dialer, app, post, late_lead, monkeypatch):
    dialer.add_call(lead_id=late_lead)
    overtaken = []

    def be_overtaken():
        if not overtaken:
            overtaken.append(True)
            overtaken.append(match_all(create_app()))
            post(json={**CALL, "cost": "20"})

    on_lock(monkeypatch, be_overtaken, "update_matched_delivery")

    assert match_all(app) == [Finding.TAKEN]

    assert overtaken[1] == [Finding.UPDATED]
    assert dialer.lead_cost(late_lead) == 20


def test_a_commit_whose_answer_was_lost_is_recognised_and_not_done_twice(dialer, app, post, late_lead, monkeypatch):
    dialer.add_call(lead_id=late_lead)
    commit, lost = Connection.commit, []

    def commit_and_lose(connection):
        commit(connection)
        if not lost:
            lost.append(True)
            post(json={**CALL, "cost": "20"})
            raise pymysql.OperationalError(2013, "Lost connection to MySQL server during query")

    monkeypatch.setattr(Connection, "commit", commit_and_lose)

    assert match_all(app) == [Finding.UPDATED]

    assert dialer.lead_cost(late_lead) == 20


@pytest.mark.parametrize("statement", ["update_matched_delivery", "update_first_contact_cost"])
@pytest.mark.parametrize("number", [1213, 2013])
def test_a_broken_transaction_runs_again(dialer, app, late_lead, monkeypatch, statement, number):
    function, broken = getattr(queries, statement), []

    def break_once(connection, *args, **values):
        result = function(connection, *args, **values)
        if not broken:
            broken.append(True)
            raise pymysql.OperationalError(number, "broken off")
        return result

    monkeypatch.setattr(queries, statement, break_once)

    assert match_all(app) == [Finding.UPDATED]

    assert dialer.lead_cost(late_lead) == dialer.first_contact_cost(late_lead) == 12.5


def test_a_lead_that_stays_locked_delays_no_other(dialer, app, tables, post, late_lead, monkeypatch):
    monkeypatch.setattr("ingress.database.pool.REQUEST_SECONDS", 0.5)
    post("/8005550142/7205550134", json=CALL)
    other = dialer.add_call()
    with tables.connect() as holder:
        holder.begin()
        queries.lock_lead(holder, late_lead)
        result = app.test_cli_runner().invoke(args=["match"])
        holder.rollback()

    assert result.exit_code == 1
    assert result.stdout.startswith("looked at 2: 1 matched (1 leads updated")
    assert result.stdout.endswith(", 1 left for the next time\n")
    assert dialer.lead_cost(other) == 12.5
    assert match_all(app) == [Finding.UPDATED]


def test_a_run_killed_after_any_command_leaves_all_or_nothing(dialer, app, late_lead):
    survived = False
    for commands in range(1, 50):
        reset(dialer)
        survived = run_and_die(app, commands)
        assert look(dialer) in ((0, None, None), (1, Decimal("12.5"), Decimal("12.5")))
        match_all(app)
        assert look(dialer) == (1, Decimal("12.5"), Decimal("12.5"))
        if survived:
            break

    assert survived
    assert commands > 9  # connect, list, find, begin, lock, mark, newer, lead, first contact, commit


def reset(dialer):
    dialer.execute("UPDATE leads SET cost = NULL")
    dialer.execute("UPDATE lead_first_contacts SET cost = NULL")
    dialer.execute("UPDATE deliveries SET outcome = 'unmatched', matched = NULL, lead_id = NULL")


def look(dialer):
    """All of it in one snapshot: is it matched, the lead's cost, the first contact's."""
    row = dialer.execute(
        "SELECT d.matched IS NOT NULL AS matched, l.cost, f.cost AS first_contact"
        " FROM deliveries AS d, leads AS l JOIN lead_first_contacts AS f USING (lead_id)"
    ).fetchone()
    return tuple(row.values())


def run_and_die(app, commands):
    """`match` in a process that is killed once it has sent so many commands to the server; True when it needs fewer."""
    child = os.fork()
    if child == 0:
        die_after(commands)
        match_all(app)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def die_after(commands):
    send, left = Connection._execute_command, iter(range(commands - 1, -1, -1))

    def send_and_die(connection, command, sql):
        send(connection, command, sql)
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    Connection._execute_command = send_and_die


LEADS = 4
ROUNDS = 25


def test_each_lead_ends_with_its_newest_cost_beside_live_traffic(dialer, app, tables, key):
    leads = [dialer.add_lead() for _ in range(LEADS)]
    stop, findings = threading.Event(), []
    copies = [threading.Thread(target=match_until, args=(create_app(), stop, findings)) for _ in range(2)]
    live = [threading.Thread(target=send_calls, args=(app, tables, key, *lead)) for lead in enumerate(leads)]
    for thread in (*copies, *live):
        thread.start()
    for thread in live:
        thread.join()
    stop.set()
    for thread in copies:
        thread.join()
    findings.extend(match_all(app))

    rows = dialer.execute("SELECT * FROM deliveries ORDER BY cost_id").fetchall()
    newest = {row["lead_id"]: row["cost"] for row in rows}
    assert len(rows) == LEADS * ROUNDS * 2
    assert {row["outcome"] for row in rows} == {"billed"}
    assert newest == {lead: dialer.lead_cost(lead) for lead in leads}
    assert newest == {lead: dialer.first_contact_cost(lead) for lead in leads}
    settled = [finding for finding in findings if finding in (Finding.UPDATED, Finding.OUTDATED)]
    assert len(settled) == len([row for row in rows if row["matched"]]) == LEADS * ROUNDS


def match_until(app, stop, findings):
    while not stop.is_set():
        findings.extend(match_all(app))


def send_calls(app, tables, key, number, lead_id):
    """One sender per lead, one call after the other: every other one is in the log only after its cost."""
    client = app.test_client()
    with tables.connect() as connection:
        for round_ in range(ROUNDS):
            for is_late in (True, False):
                call = {"call_from": f"720555{number}{round_:02}{int(is_late)}", "lead_id": lead_id}
                if not is_late:
                    Dialer(connection).add_call(**call)
                cost = {**CALL, "cost": f"{round_ + 1}.{int(is_late)}"}
                assert client.post(f"{URL}/8005550142/{call['call_from']}", headers=key, json=cost).status_code == 200
                if is_late:
                    Dialer(connection).add_call(**call)


@contextmanager
def matching(log, url, *options):
    """`flask --app wsgi match` as it is typed; what it prints goes to the file `log`."""
    with log.open("w") as output:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("flask"), "--app", "wsgi", "match", *options],
            cwd=ROOT,
            env={**os.environ, "TLDIALER_DATABASE_URL": url},
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(text, log):
    deadline = time.monotonic() + 20
    while text not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert text in log.read_text()


@pytest.mark.slow
def test_the_loop_reports_an_outage_goes_on_and_ends_at_a_signal(mortal_server, monkeypatch, tmp_path):
    url = mortal_server.create_database("ingress_match_test")
    monkeypatch.setenv("TLDIALER_DATABASE_URL", url)
    app, log = create_app(), tmp_path / "log"
    app.extensions["database"].apply_schema()
    with app.extensions["database"].connection() as connection:
        Dialer(connection).clear()
        headers = create_key_on(connection)
    app.test_client().post(PATH, headers=headers, json=CALL)

    with matching(log, url, "--every", "1s") as process:
        wait_for(report(unmatched=1), log)
        mortal_server.kill()
        wait_for("Error: TLDialer Connection Error", log)
        mortal_server.start()
        with app.extensions["database"].connection() as connection:
            lead_id = Dialer(connection).add_call()
        wait_for(ONE_UPDATED, log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(2) == 0

    with app.extensions["database"].connection() as connection:
        assert Dialer(connection).lead_cost(lead_id) == 12.5
    assert "Traceback" not in log.read_text()


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 1)])
def test_a_run_at_a_signal_settles_what_it_began_and_reports_it(
    dialer, tables, post, late_lead, tmp_path, number, code
):
    post("/8005550142/7205550134", json=CALL)
    other, log = dialer.add_call(), tmp_path / "log"
    with tables.connect() as holder:
        holder.begin()
        queries.lock_lead(holder, late_lead)
        with matching(log, os.environ["TLDIALER_DATABASE_URL"]) as process:
            wait_for("running again after", log)
            process.send_signal(number)
            holder.rollback()
            assert process.wait(5) == code

    assert ONE_UPDATED in log.read_text()
    assert (dialer.lead_cost(late_lead), dialer.lead_cost(other)) == (12.5, None)
