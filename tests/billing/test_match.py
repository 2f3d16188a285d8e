"""Calls that come into the call log after their cost: found later, by the same rule and with the same effect."""

import json
from datetime import datetime, timedelta

import pymysql
import pytest

from ingress import create_app
from ingress.database import queries
from tests.billing.report import report
from tests.calls import CALL, PATH
from tests.statements import STATEMENTS, execute_over, explain
from tests.vicidial import both_dialers


@pytest.fixture
def run(app):
    """Type `match` with these options; return its exit code and what it printed."""

    def run(*options):
        result = app.test_cli_runner().invoke(args=["match", *options])
        return result.exit_code, result.output

    return run


@both_dialers
def test_a_late_call_gives_its_cost_to_lead_and_first_contact(dialer, post, run, log):
    post(json=CALL)
    lead_id = dialer.add_call()

    assert run() == (0, report(matched=1, updated=1))

    (row,) = log()
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == row["cost"]
    assert (row["outcome"], row["lead_id"], row["vendor_id"]) == ("billed", lead_id, 14962)
    assert row["account_id"] == dialer.account_id
    call = dialer.execute("SELECT call_log_id FROM tldialer_call_log").fetchone()
    assert row["call_log_id"] == str(call["call_log_id"])
    assert abs(row["matched"] - row["received"]) < timedelta(minutes=1)
    assert (row["updated"], row["first_contact"]) == (0, 0)


@both_dialers
def test_a_second_run_finds_nothing_to_do(dialer, post, run, log):
    post(json=CALL)
    lead_id = dialer.add_call()
    run()
    once = log()
    dialer.execute("UPDATE leads SET cost = 99")

    assert run() == (0, report())

    assert log() == once
    assert dialer.lead_cost(lead_id) == 99


def test_a_call_that_is_not_in_the_log_stays_unmatched(post, run, log):
    post(json=CALL)
    before = log()

    assert run() == (0, report(unmatched=1))

    assert log() == before


@both_dialers
@pytest.mark.parametrize("call_date", ["2024-02-03 14:21:08", "2024-03-05 17:21:10"])
def test_a_call_outside_the_window_is_not_matched(dialer, post, run, call_date):
    post(json=CALL)
    dialer.add_call(call_date)

    assert run() == (0, report(unmatched=1))


@both_dialers
def test_the_nearest_call_is_matched(dialer, post, run):
    post(json=CALL)
    far, near = dialer.add_call("2024-03-05 14:10:00"), dialer.add_call("2024-03-05 14:22:00")

    run()

    assert (dialer.lead_cost(far), dialer.lead_cost(near)) == (None, 12.5)


@both_dialers
def test_a_lead_with_a_newer_cost_keeps_it_and_the_delivery_is_matched(dialer, post, run, log):
    post("/8005550142/7205550199", json=CALL)
    lead_id = dialer.add_call()
    post(json={**CALL, "cost": "20"})
    dialer.add_call(call_from="7205550199", lead_id=lead_id)

    assert run() == (0, report(matched=1, outdated=1))

    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 20
    assert [(row["outcome"], row["lead_id"]) for row in log()] == [("billed", lead_id)] * 2


@both_dialers
def test_a_lead_with_an_older_cost_gets_the_newer_one(dialer, post, run):
    lead_id = dialer.add_call()
    post(json={**CALL, "cost": "20"})
    post("/8005550142/7205550199", json=CALL)
    dialer.add_call(call_from="7205550199", lead_id=lead_id)

    assert run() == (0, report(matched=1, updated=1))

    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 12.5


@both_dialers
def test_the_later_cost_of_two_late_calls_stays_on_their_lead(dialer, post, run):
    post(json=CALL)
    post(json={"cost": "20", "call_date": "2024-03-05T14:22:09Z"})
    lead_id = dialer.add_call()

    assert run() == (0, report(matched=2, updated=2))

    assert dialer.lead_cost(lead_id) == 20


@both_dialers
@pytest.mark.parametrize("lead_id", [None, 10**9], ids=["no lead", "a lead that is gone"])
def test_a_call_without_a_lead_is_matched_once_and_reported(dialer, post, run, log, lead_id):
    post(json=CALL)
    dialer.add_call(lead_id=lead_id)

    assert run() == (0, report(leadless=1))

    (row,) = log()
    assert (row["outcome"], row["lead_id"]) == ("billed", None)
    assert row["call_log_id"] and row["matched"]
    assert run() == (0, report())


def test_a_lead_without_first_contact_gets_its_cost(dialer, post, run):
    post(json=CALL)
    lead_id = dialer.add_call(lead_id=dialer.add_lead(first_contact=False))

    assert run() == (0, report(matched=1, updated=1))

    assert dialer.lead_cost(lead_id) == 12.5


@both_dialers
@pytest.mark.usefixtures("way_of_billing")
def test_the_answer_to_a_duplicate_stays_the_same_to_the_byte(dialer, app, post, run, log):
    first = post(json=CALL, headers={"Idempotency-Key": "K1"})
    dialer.add_call()
    run()

    again = post(json=CALL, headers={"Idempotency-Key": "K1"})
    replay = app.test_cli_runner().invoke(args=["deliveries", "replay", str(log()[0]["delivery_id"])])

    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.data == first.data
    assert json.loads(replay.output) == first.json
    assert first.json["lead"] is None
    assert len(dialer.costs()) == 1


def test_costs_received_before_the_given_time_are_left_alone(dialer, post, run):
    post(json=CALL)
    dialer.execute("UPDATE deliveries SET received = received - INTERVAL 25 HOUR")
    dialer.add_call()

    assert run("--since", "1d") == (0, report())
    assert run("--since", "26h") == (0, report(matched=1, updated=1))


def test_a_cost_received_in_another_zone_is_in_the_dialers_time(dialer, monkeypatch, key):
    monkeypatch.setenv("TLDIALER_TIMEZONE", "America/Los_Angeles")
    app = create_app()
    app.test_client().post(PATH, headers=key, json=CALL)
    dialer.add_call("2024-03-05 06:21:50")

    result = app.test_cli_runner().invoke(args=["match", "--since", "1m"])

    assert result.output == report(matched=1, updated=1)


@pytest.mark.parametrize("outcome", ["refused", "dry_run"])
def test_a_delivery_that_was_never_billed_is_not_matched(dialer, post, run, outcome):
    post(json={**CALL, "cost": "free"} if outcome == "refused" else {**CALL, "dry_run": "1"})
    dialer.add_call()

    assert run() == (0, report())


@pytest.mark.parametrize(
    "options",
    [
        ("--since", "x"),
        ("--since", "-1d"),
        ("--since", "9999999d"),
        ("--every", "0s"),
        ("--every", "60"),
        ("--every", "often"),
    ],
)
def test_options_that_make_no_sense_are_refused(run, options):
    code, output = run(*options)

    assert code == 2
    assert f"Invalid value for '{options[0]}'" in output


def test_a_database_that_is_away_is_one_line_and_exit_code_1(run, broken_connection):
    broken_connection()

    assert run() == (1, report() + "Error: TLDialer Connection Error: (2003, 'away')\n")


UNMATCHED = 1_100  # two full batches and a rest


@pytest.fixture
def many_unmatched(dialer, key):
    """Deliveries of three seconds, so that a batch ends within one of them; others are between them."""
    for outcome, step in (("unmatched", 1), ("billed", 5)):
        execute_over(
            dialer.connection.cursor(),
            range(1, UNMATCHED + 1, step),
            "INSERT INTO deliveries (request_id, api_id, received, sent, outcome, status, call_from, call_to, cost,"
            " call_date, cost_id) SELECT LPAD(seq, 32, '0'), %s, %s + INTERVAL seq DIV 400 SECOND, '{}', %s, 200,"
            " 2002000000 + seq, '8005550142', 12.5, '2024-03-05', seq FROM numbers",
            [key["tld-api-id"], datetime(2024, 3, 5), outcome],
        )
    dialer.execute("ANALYZE TABLE deliveries").fetchall()


@pytest.mark.usefixtures("many_unmatched")
def test_each_delivery_is_looked_at_once_in_a_run(run, monkeypatch):
    looked_for, find_call = [], queries.find_call

    def spy(connection, search):
        looked_for.append(search.cid)
        return find_call(connection, search)

    monkeypatch.setattr(queries, "find_call", spy)

    assert run("--since", "3600d") == (0, report(unmatched=UNMATCHED))
    assert looked_for == [str(2002000000 + number) for number in range(1, UNMATCHED + 1)]


@pytest.mark.usefixtures("many_unmatched")
def test_a_run_that_can_settle_nothing_ends_early(run, monkeypatch):
    monkeypatch.setattr("ingress.database.pool.REQUEST_SECONDS", 0)
    monkeypatch.setattr(queries, "find_call", too_slow)

    code, output = run("--since", "3600d")

    assert code == 1
    assert output.startswith("looked at 10: ")
    assert output.endswith(", 10 left for the next time\nError: Some costs are left for the next time, see above.\n")


def too_slow(connection, search):
    raise pymysql.OperationalError(1969, "Query execution was interrupted (max_statement_time exceeded)")


@pytest.mark.mariadb  # MySQL does not count for a connection what it looks at
@pytest.mark.usefixtures("many_unmatched")
def test_a_batch_costs_the_same_wherever_it_begins(tables):
    until = datetime(2025, 1, 1)
    with tables.connection() as connection:
        first = queries.list_unmatched_deliveries(connection, datetime(2024, 3, 5), until)
        before = count_visits(connection)
        second = queries.list_unmatched_deliveries(connection, first[-1].received, until, first[-1].delivery_id)
        visits = count_visits(connection) - before

    assert [first[0].cost_id, second[0].cost_id, len(second)] == [1, 501, 500]
    assert visits <= len(second) + 10  # a few more where its two ranges meet


def count_visits(connection):
    """Index entries that the server has looked at for this connection."""
    cursor = connection.cursor()
    cursor.execute("SHOW SESSION STATUS LIKE 'Handler_icp_attempts'")
    return int(cursor.fetchone()[1])


def test_the_newest_cost_is_found_through_indexes_and_without_sorting(dialer):
    plan = explain(dialer.connection.cursor(), STATEMENTS["find_newest_cost"], {"lead_id": 1})

    assert [row["key"] for row in plan] == ["lead_id", "PRIMARY"]
    assert "filesort" not in str(plan)
