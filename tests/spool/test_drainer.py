"""What was kept is billed once the database is back: in order, exactly once, and whoever dies at whatever moment."""

import json
import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pymysql
import pytest

from ingress import create_app
from ingress.billing import bill
from ingress.database import queries, readiness
from ingress.errors import TLDialerConnectionError
from ingress.spool import drainer, file, queue
from ingress.spool.drainer import drain
from ingress.spool.file import AlreadyDraining, SpoolError
from ingress.spool.queue import Spool
from tests.calls import CALL, PATH
from tests.children import run_in_child, start_in_child, wait_for


def another_call(cost):
    """A call at a time of its own, so that it is not the same one with another amount."""
    return {"cost": cost, "call_date": f"2024-03-05T14:21:1{cost}Z"}


@pytest.fixture
def app(dialer, spool_folder):
    return create_app()


@pytest.fixture
def kept(app):
    return app.extensions["spool"]


def test_a_kept_delivery_is_billed_with_its_own_id_time_and_address(dialer, keep, drained, kept, log, key):
    lead_id = dialer.add_call()
    before = datetime.now(UTC).replace(tzinfo=None, microsecond=0)

    request_id = keep(json={**CALL, "notes": "RGB7F31"}, headers={"Idempotency-Key": "K1"}).json["spooled"]
    outcome = drained()

    (cost,), (row,) = dialer.costs(), log()
    assert outcome == {"billed": 1}
    assert (cost["cost"], cost["notes"], cost["ip_address"]) == (Decimal("12.5"), "RGB7F31", "127.0.0.1")
    assert cost["method_id"] == int(key["tld-api-id"])
    assert (row["request_id"], row["outcome"], row["delivery_key"]) == (request_id, "billed", b"key K1")
    assert before <= row["received"] <= before + timedelta(seconds=5)
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == Decimal("12.5")
    assert kept.measure().depth == 0


def test_times_that_were_not_sent_are_those_of_the_arrival(dialer, keep, drained, kept):
    keep(json={"cost": "1"})
    with kept.file.open() as connection:
        connection.execute("UPDATE entries SET received = '2024-03-05T14:21:09.900000+00:00'")

    drained()

    (cost,) = dialer.costs()
    assert (str(cost["date_billed"]), str(cost["call_date"])) == ("2024-03-05 14:21:09", "2024-03-05 14:21:09")


def test_kept_deliveries_are_billed_in_order_of_arrival(dialer, keep, drained):
    for cost in ("3", "1", "2"):
        keep(json={"cost": cost})

    assert drained() == {"unmatched": 3}

    assert [cost["cost"] for cost in dialer.costs()] == [3, 1, 2]


def test_a_call_that_was_sent_again_meanwhile_is_billed_once(dialer, keep, post, drained, log):
    keep(json=CALL)
    assert post(json=CALL).status_code == 200

    assert drained() == {"duplicate": 1}

    first, second = log()
    assert len(dialer.costs()) == 1
    assert (second["outcome"], second["duplicate_of"]) == ("duplicate", first["delivery_id"])


def test_a_duplicate_of_a_drained_call_gets_the_first_answer(dialer, keep, post, drained):
    keep(json=CALL)
    drained()

    again = post(json=CALL)

    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert again.json["cost_id"] == str(dialer.costs()[0]["cost_id"])


def test_a_call_that_was_kept_twice_is_billed_once(dialer, keep, drained):
    keep(json=CALL)
    keep(json=CALL)

    assert drained() == {"unmatched": 1, "duplicate": 1}
    assert len(dialer.costs()) == 1


def test_requests_without_key_and_date_are_each_a_cost(dialer, keep, drained):
    keep(json={"cost": "1"})
    keep(json={"cost": "1"})

    assert drained() == {"unmatched": 2}


def test_a_commit_of_unknown_outcome_is_recognised(dialer, app, post, keep, drained, kept, monkeypatch, outage, log):
    """The database bills, and is away before it can say so: the sender hears 202, and it stays one cost."""
    post(json={**CALL, "cost": "free"})
    dialer.execute("DELETE FROM deliveries")
    monkeypatch.setattr("ingress.database.pool.REQUEST_SECONDS", 0.2)
    bill_once = bill.bill_once

    def bill_and_break(*args):
        monkeypatch.setattr(bill, "bill_once", bill_once)
        bill_once(*args)
        outage.begin()
        raise pymysql.OperationalError(2013, "lost")

    monkeypatch.setattr(bill, "bill_once", bill_and_break)
    response = post(json={"cost": "2"})
    outage.end()

    assert response.status_code == 202
    assert drained() == {"duplicate": 1}
    assert len(dialer.costs()) == 1
    assert [row["outcome"] for row in log()] == ["unmatched", "duplicate"]


def test_a_refused_delivery_is_moved_to_the_delivery_log(dialer, keep, post, drained, kept, log):
    post(json=another_call("1"), headers={"Idempotency-Key": "K1"})
    request_id = keep(json=CALL, headers={"Idempotency-Key": "K1"}).json["spooled"]

    assert drained() == {"refused": 1}

    row = log()[-1]
    assert (row["request_id"], row["outcome"], row["status"]) == (request_id, "refused", 422)
    assert row["error"].startswith("Idempotency Key Already Used")
    assert (kept.measure().depth, len(dialer.costs())) == (0, 1)


def test_a_refused_delivery_stays_until_it_is_in_the_log(keep, post, drained, kept, monkeypatch):
    post(json=another_call("1"), headers={"Idempotency-Key": "K1"})
    keep(json=CALL, headers={"Idempotency-Key": "K1"})
    monkeypatch.setattr("ingress.billing.bill.log_unbilled", away)

    with pytest.raises(TLDialerConnectionError):
        drained()

    assert kept.measure().depth == 1


def away(*args):
    raise TLDialerConnectionError


def test_the_drainer_stops_when_the_database_is_away(dialer, keep, drained, kept, monkeypatch):
    for cost in ("1", "2", "3"):
        keep(json={"cost": cost})
    with monkeypatch.context() as patch:
        bills = iter([drainer.bill_unattended, away])
        patch.setattr(drainer, "bill_unattended", lambda delivery: next(bills)(delivery))
        with pytest.raises(TLDialerConnectionError):
            drained()
    assert kept.measure().depth == 2

    assert drained() == {"unmatched": 2}
    assert [cost["cost"] for cost in dialer.costs()] == [1, 2, 3]


def test_a_database_that_is_not_ready_gets_no_cost(keep, app, drained, kept, monkeypatch):
    keep(json=CALL)
    host = app.extensions["database"].hosts.current
    host.faults, host.checked_until = ["table leads is MyISAM"], time.monotonic() + 60

    with pytest.raises(TLDialerConnectionError):
        drained()

    assert kept.measure().depth == 1


def test_nothing_is_billed_that_could_not_be_removed(dialer, keep, drained, kept, log, monkeypatch):
    """A disk with room for reading only: each try would find the calls billed, and log that."""
    keep(json=CALL)
    with monkeypatch.context() as full:
        full.setattr(file, "ROOM_BYTES", 1 << 60)
        for _ in range(3):
            with pytest.raises(SpoolError):
                drained()

    assert (log(), kept.measure().depth) == ((), 1)
    assert drained() == {"unmatched": 1}


def test_the_log_tells_how_long_a_call_has_waited(keep, drained, kept, log):
    keep(json=CALL)
    with kept.file.open() as connection:
        connection.execute("UPDATE entries SET received = ?", [(datetime.now(UTC) - timedelta(hours=2)).isoformat()])

    drained()

    assert 7_200_000 <= log()[0]["milliseconds"] < 7_260_000


def test_a_call_that_has_waited_longer_than_the_log_can_tell_is_billed(keep, drained, kept, log):
    keep(json=CALL)
    with kept.file.open() as connection:
        connection.execute("UPDATE entries SET received = '2024-03-05T14:21:09.900000+00:00'")

    assert drained() == {"unmatched": 1}
    assert log()[0]["milliseconds"] >= 4_000_000_000


def test_a_newer_cost_of_the_lead_is_not_overwritten_by_an_older_call(dialer, keep, post, drained):
    lead_id = dialer.add_call()
    keep(json=another_call("1"))
    post(json=another_call("2"))

    assert drained() == {"billed": 1}

    assert [cost["cost"] for cost in dialer.costs()] == [2, 1]
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 2


def test_an_older_cost_of_the_lead_is_overwritten(dialer, keep, post, drained):
    lead_id = dialer.add_call()
    post(json=another_call("2"))
    for cost in ("3", "1"):
        keep(json=another_call(cost))

    drained()

    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 1


def test_a_newer_cost_that_is_written_meanwhile_wins(dialer, keep, post, drained, app, key, monkeypatch):
    """The live request has claimed its call and not yet reached the lead, which the drainer has just locked."""
    lead_id = dialer.add_call()
    keep(json=another_call("1"))
    live = threading.Thread(target=lambda: app.test_client().post(PATH, headers=key, json=another_call("2")))
    find_newest_cost = queries.find_newest_cost

    def let_live_request_come(*args):
        monkeypatch.setattr(queries, "find_newest_cost", find_newest_cost)
        newest = find_newest_cost(*args)
        live.start()
        live.join(0.5)
        return newest

    monkeypatch.setattr(queries, "find_newest_cost", let_live_request_come)
    drained()
    live.join()

    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 2
    assert len(dialer.costs()) == 2


def test_a_call_without_a_lead_is_billed(dialer, keep, drained):
    dialer.add_call(lead_id=None)
    keep(json=CALL)

    assert drained() == {"billed": 1}


# The moments at which the drainer is killed: a function, and whether before or after it has done its work
MOMENTS = [
    (owner, name, when)
    for owner, name in [
        (drainer, "make_delivery"),
        (drainer, "bill_unattended"),
        (queries, "insert_delivery"),
        (queries, "insert_cost"),
        (queries, "update_first_contact_cost"),
        (queries, "update_delivery"),
        (Spool, "remove"),
        (Spool, "list_waiting"),
    ]
    for when in ("before", "after")
]


@pytest.mark.parametrize(("owner", "name", "when"), MOMENTS, ids=lambda value: getattr(value, "__name__", value))
def test_a_drainer_killed_at_any_moment_bills_each_call_once(dialer, app, keep, drained, kept, owner, name, when, log):
    dialer.add_call()
    for cost in ("1", "2", "3"):
        keep(json=another_call(cost))

    def drain_and_die():
        with pytest.MonkeyPatch.context() as patch, app.app_context():
            patch.setattr(queue, "BATCH_ENTRIES", 2)
            patch.setattr(owner, name, deadly(getattr(owner, name), when))
            drain()

    assert run_in_child(drain_and_die) == -signal.SIGKILL
    drained()

    assert [cost["cost"] for cost in dialer.costs()] == [1, 2, 3]
    assert [row["outcome"] for row in log() if row["outcome"] != "duplicate"] == ["billed"] * 3
    assert kept.measure().depth == 0


def deadly(function, when):
    """The function, which kills its process the second time it is called."""
    calls = []

    def call(*args, **kwargs):
        calls.append(args)
        if when == "after":
            result = function(*args, **kwargs)
        if len(calls) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        return result if when == "after" else function(*args, **kwargs)

    return call


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_drainer_killed_at_a_refusal_loses_no_line(app, keep, post, drained, log, dialer, when):
    post(json=another_call("9"), headers={"Idempotency-Key": "K1"})
    for cost in ("1", "2"):
        keep(json={**CALL, "cost": cost}, headers={"Idempotency-Key": "K1"})

    def drain_and_die():
        with pytest.MonkeyPatch.context() as patch, app.app_context():
            patch.setattr(bill, "log_unbilled", deadly(bill.log_unbilled, when))
            drain()

    assert run_in_child(drain_and_die) == -signal.SIGKILL
    drained()

    refused = [row["request_id"] for row in log() if row["outcome"] == "refused"]
    assert (len(set(refused)), len(refused)) == (2, 3 if when == "before" else 4)  # some lines come twice
    assert len(dialer.costs()) == 1


def test_two_drainers_at_once_bill_each_call_once(dialer, app, keep):
    for number in range(20):
        keep(json={"cost": number})
    outcomes = []

    def drain_until_done():
        with app.app_context():
            while app.extensions["spool"].measure().depth:
                try:
                    outcomes.append(drain())
                except AlreadyDraining:
                    continue

    child = start_in_child(drain_until_done)
    drainers = [threading.Thread(target=drain_until_done) for _ in range(3)]
    for thread in drainers:
        thread.start()
    for thread in drainers:
        thread.join()

    assert wait_for(child) == 0
    assert [cost["cost"] for cost in dialer.costs()] == list(range(20))


def test_two_drainers_at_the_same_entry_bill_it_once(dialer, app, keep, kept):
    """Were the lock to fail, the claim still holds."""
    keep(json=CALL)
    entries = kept.list_waiting()

    def settle():
        with app.app_context():
            drainer.settle_entries(kept, entries)

    settlers = [threading.Thread(target=settle) for _ in range(5)]
    for thread in settlers:
        thread.start()
    for thread in settlers:
        thread.join()

    assert len(dialer.costs()) == 1


@pytest.fixture
def bug(monkeypatch):
    """A delivery of 13 meets one, until `bug()` is called."""
    bill = drainer.bill_unattended

    def bill_or_fail(delivery):
        if '"13"' in delivery.parameters.as_json():
            raise ZeroDivisionError("secret")
        return bill(delivery)

    monkeypatch.setattr(drainer, "bill_unattended", bill_or_fail)
    return lambda: monkeypatch.setattr(drainer, "bill_unattended", bill)


def test_an_entry_that_meets_a_bug_lets_the_others_pass_and_is_kept(dialer, keep, drained, kept, bug, caplog):
    for cost in ("13", "1"):
        keep(json={"cost": cost})

    assert drained() == {"failing": 1, "unmatched": 1}

    assert [cost["cost"] for cost in dialer.costs()] == [1]
    assert (kept.measure().depth, kept.measure().failing) == (1, 1)
    assert kept.list_all()[0].error == "ZeroDivisionError"
    assert "Traceback" in caplog.text


def test_an_entry_that_met_a_bug_waits_and_is_billed_after_the_fix(dialer, keep, drained, bug):
    keep(json={"cost": "13"})
    drained()

    assert drained() == {}
    bug()
    assert drained(now=float("inf")) == {"unmatched": 1}
    assert [cost["cost"] for cost in dialer.costs()] == [13]


@pytest.mark.slow
def test_an_entry_whose_lead_is_locked_lets_the_others_pass(dialer, keep, drained, kept, monkeypatch):
    lead_id = dialer.add_call()
    keep(json={**CALL, "cost": "1"})
    keep(json={**CALL, "cost": "2", "cid": "7205550135"})
    monkeypatch.setattr("ingress.database.pool.REQUEST_SECONDS", 2.3)  # seconds, enough for one attempt
    dialer.connection.begin()
    dialer.execute("SELECT cost FROM leads WHERE lead_id = %s FOR UPDATE", lead_id)

    try:
        assert drained() == {"busy": 1, "unmatched": 1}
    finally:
        dialer.connection.rollback()

    assert kept.list_all()[0].error == "Retryable"
    assert drained(now=float("inf")) == {"billed": 1}


@pytest.fixture
def refusing(monkeypatch):
    """Until `refusing.undo()`, the database answers each billing of `refusing(error)` with that error."""
    patch = pytest.MonkeyPatch()
    monkeypatch.setattr("ingress.database.pool.REQUEST_SECONDS", 0.1)

    def refuse(error):
        def bill_in_vain(connection, *args, **values):
            raise error

        patch.setattr(queries, "insert_cost", bill_in_vain)

    refuse.undo = patch.undo
    yield refuse
    patch.undo()


def test_a_cluster_without_a_quorum_is_an_outage_and_no_fault_of_the_entry(keep, drained, kept, refusing, caplog):
    for cost in ("1", "2"):
        keep(json=another_call(cost))
    refusing(pymysql.OperationalError(1047, "WSREP has not yet prepared node for application use"))

    with pytest.raises(TLDialerConnectionError):
        drained()
    refusing.undo()

    assert kept.measure().failing == 0
    assert "Traceback" not in caplog.text
    assert drained() == {"unmatched": 2}


@pytest.mark.parametrize("number", [1180, 1205, 1213, 1317, 1969, 2013])
def test_three_entries_in_a_row_that_get_nowhere_stop_the_drainer(keep, drained, kept, refusing, number, caplog):
    """A node that stands still for a backup: each entry would take seconds to fail."""
    for cost in ("1", "2", "3", "4"):
        keep(json=another_call(cost))
    refusing(pymysql.OperationalError(number, "of the moment"))

    with pytest.raises(TLDialerConnectionError, match="stands still"):
        drained()
    refusing.undo()

    assert [entry.tries for entry in kept.list_all()] == [1, 1, 1, 0]
    assert "Traceback" not in caplog.text
    assert drained(now=float("inf")) == {"unmatched": 4}


def test_an_entry_whose_key_is_gone_is_kept(dialer, keep, drained, kept):
    keep(json=CALL)
    dialer.execute("DELETE FROM api_keys")

    assert drained() == {"failing": 1}
    assert kept.list_all()[0].error == "LookupError"


def test_a_missing_table_fails_one_entry_and_stops_the_rest(keep, app, drained, kept, tables, monkeypatch):
    monkeypatch.setattr(readiness, "FAULTY_SECONDS", 0)
    for cost in ("1", "2"):
        keep(json={"cost": cost})
    app.test_client().get("/readyz")
    with tables.connect() as owner:
        owner.cursor().execute("ALTER TABLE call_costs CHANGE notes remarks TEXT")
        try:
            with pytest.raises(TLDialerConnectionError):
                drained()
        finally:
            owner.cursor().execute("ALTER TABLE call_costs CHANGE remarks notes TEXT")

    assert [entry.tries for entry in kept.list_all()] == [1, 0]


@pytest.fixture
def run(app):
    """Type a command; return its exit code and what it printed."""

    def run(*args):
        result = app.test_cli_runner().invoke(args=["spool", *args])
        return result.exit_code, result.output

    return run


def test_the_list_names_the_waiting_entries(keep, run, drained, bug):
    first = keep(json={"cost": "13"}).json["spooled"]
    drained()
    second = keep(json=CALL).json["spooled"]

    code, printed = run("list")

    assert code == 0
    listed = [json.loads(line) for line in printed.splitlines()]
    assert [entry["request_id"] for entry in listed] == [first, second]
    assert (listed[0]["tries"], listed[0]["error"]) == (1, "ZeroDivisionError")


def test_draining_by_hand_reports_the_outcomes(dialer, keep, run):
    keep(json=CALL)
    keep(json=CALL)

    assert run("drain") == (0, "1 unmatched, 1 duplicate\n")
    assert run("drain") == (0, "Nothing waits.\n")
    assert run("list") == (0, "")


def test_draining_by_hand_also_tries_failing_entries(keep, run, drained, bug):
    keep(json={"cost": "13"})
    drained()

    code, printed = run("drain")

    assert code == 1
    assert printed.startswith("1 failing\n")


def test_draining_by_hand_says_why_it_cannot(keep, run, kept, outage):
    keep(json=CALL)

    with kept.file.draining():
        assert run("drain") == (1, "Error: The service is draining it at this moment.\n")
    outage.begin()
    assert run("drain")[0] == 1
    assert "TLDialer Connection Error" in run("drain")[1]
    kept.file.folder.chmod(0o755)
    assert "chmod 700" in run("list")[1]


def test_the_commands_say_that_there_is_no_spool(dialer, monkeypatch):
    monkeypatch.delenv("INGRESS_SPOOL", raising=False)

    result = create_app().test_cli_runner().invoke(args=["spool", "list"])

    assert (result.exit_code, result.output) == (1, "Error: INGRESS_SPOOL is not set.\n")


@pytest.mark.slow
def test_the_loop_waits_out_an_outage_and_ends_at_a_signal(dialer, app, keep, outage, monkeypatch):
    monkeypatch.setattr(drainer, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr(drainer, "BACKOFF_WHILE_AWAY", lambda state: 0.05)
    keep(json=CALL)
    outage.begin()
    stopped = threading.Event()
    loop = threading.Thread(target=drainer.drain_on, args=(app, stopped))
    loop.start()

    loop.join(0.3)
    assert dialer.costs() == ()
    outage.end()
    loop.join(1)
    stopped.set()
    loop.join(2)

    assert len(dialer.costs()) == 1
    assert not loop.is_alive()


def test_an_outage_is_one_line_in_the_log_and_its_end_another(app, keep, outage, caplog):
    keep(json=CALL)
    outage.begin()

    for _ in range(2):
        with pytest.raises(TLDialerConnectionError):
            drainer.drain_once(app)
    outage.end()
    for _ in range(2):
        drainer.drain_once(app)

    assert caplog.text.count("the spool waits: TLDialer Connection Error") == 1
    assert caplog.text.count("the spool waits no longer") == 1
    assert "Traceback" not in caplog.text


def test_the_entry_holds_what_the_delivery_log_would(keep, kept, post, log):
    post(json={**CALL, "cost": "1"})
    keep(json={**CALL, "cost": "1"})

    assert json.loads(kept.list_all()[0].sent) == json.loads(log()[0]["sent"])
