"""The delivery log holds every request with valid credentials, and any of them can be fired again from it."""

import json
import threading
from decimal import Decimal

import pymysql
import pytest

from ingress import create_app
from tests.calls import CALL, PATH
from tests.conftest import SECRET


@pytest.fixture
def run(app):
    """Type a command; return its exit code and what it printed."""

    def run(*args):
        result = app.test_cli_runner().invoke(args=["deliveries", *map(str, args)])
        return result.exit_code, result.output

    return run


@pytest.mark.usefixtures("way_of_billing")
def test_a_billed_delivery_is_logged_with_all_that_was_found(dialer, post, key, log):
    lead_id = dialer.add_call()

    response = post(json={**CALL, "notes": "RGB7F31"}, headers={"Idempotency-Key": "K1"})

    (row,) = log()
    assert row["request_id"] == response.headers["X-Request-ID"]
    assert (row["outcome"], row["status"], row["error"]) == ("billed", 200, None)
    assert (row["api_id"], row["ip_address"]) == (int(key["tld-api-id"]), "127.0.0.1")
    assert (row["call_from"], row["call_to"], row["cost"]) == ("7205550134", "8005550142", Decimal("12.5"))
    assert (row["cost_id"], row["lead_id"], row["updated"]) == (int(response.json["cost_id"]), lead_id, 1)
    assert row["call_log_id"]
    assert row["milliseconds"] < 5000
    assert json.loads(row["sent"]) == {
        "path": {"did": "8005550142", "cid": "7205550134"},
        "query": [],
        "body": [["cost", "12.5"], ["call_date", "2024-03-05T14:21:09Z"], ["notes", "RGB7F31"]],
        "headers": {"Idempotency-Key": "K1"},
    }


@pytest.mark.usefixtures("way_of_billing")
def test_a_delivery_whose_call_is_not_in_the_call_log_is_unmatched(post, log):
    post(json=CALL)

    assert log()[0]["outcome"] == "unmatched"


def test_a_duplicate_is_logged_and_names_the_first(post, log):
    post(json=CALL)
    post(json=CALL)

    first, second = log()
    assert (second["outcome"], second["status"], second["duplicate_of"]) == ("duplicate", 200, first["delivery_id"])
    assert second["delivery_key"] is None


@pytest.mark.parametrize(
    ("request_", "status", "understood"),
    [
        ({"json": {**CALL, "cost": "free"}}, 400, ("7205550134", "8005550142", None)),
        ({"json": {**CALL, "cid": "0003"}}, 400, (None, "8005550142", Decimal("12.5"))),
        ({"data": "{", "content_type": "application/json"}, 400, (None, None, None)),
        ({"data": "<cost/>", "content_type": "text/xml"}, 415, (None, None, None)),
    ],
    ids=["cost", "cid", "json", "xml"],
)
def test_a_refused_delivery_is_logged_with_what_was_understood(post, log, request_, status, understood):
    response = post(**request_)

    (row,) = log()
    assert (row["outcome"], row["status"], row["error"]) == ("refused", status, response.json["error"])
    assert (row["call_from"], row["call_to"], row["cost"]) == understood


@pytest.mark.parametrize("protection", [{"endpoints": "/elsewhere"}, {"ip_addresses": "203.0.113.8"}])
def test_a_key_in_the_wrong_place_is_logged(client, create_key, log, protection):
    client.post(PATH, headers=create_key(**protection), json=CALL)

    assert [row["status"] for row in log()] == [403]


@pytest.mark.parametrize("wrong", [{"tld-api-key": "wrong"}, {"tld-api-id": "999999"}, {"tld-api-key": ""}])
def test_a_request_without_valid_credentials_leaves_no_row(post, log, wrong):
    post(headers=wrong, json=CALL)

    assert log() == ()


def test_a_bug_is_logged_as_failed(post, log, monkeypatch):
    monkeypatch.setattr("ingress.billing.bill.bill_once", lambda *args, **values: 1 / 0)

    post(json=CALL)

    assert [(row["outcome"], row["status"], row["error"]) for row in log()] == [
        ("failed", 500, "Internal Server Error")
    ]


@pytest.mark.parametrize(
    "request_",
    [
        {"query_string": {"apikey": SECRET, "cost": 1}},
        {"json": {"API_KEY": SECRET, "cost": 1}},
        {"data": f'{{"api_key": "{SECRET}"', "content_type": "application/json"},
        {"json": {"cost": "x", "other": f"my key is {SECRET}"}},
    ],
    ids=["query", "json", "unreadable", "elsewhere"],
)
def test_no_secret_is_in_the_log(post, log, request_):
    post(**request_)

    assert SECRET not in str(log())


def test_a_log_that_cannot_be_written_changes_no_answer(post, log, monkeypatch, caplog):
    def refuse(*args, **values):
        raise pymysql.DataError(1406, "Data too long")

    monkeypatch.setattr("ingress.database.queries.insert_unbilled_delivery", refuse)

    response = post(json={**CALL, "cost": "free"})

    assert response.status_code == 400
    assert log() == ()
    assert f"request {response.headers['X-Request-ID']} is not in the delivery log" in caplog.text


@pytest.mark.parametrize("dry", [{"query_string": {"dry_run": "1"}}, {"headers": {"Dry-Run": "true"}}])
def test_a_dry_run_is_answered_as_usual_and_writes_only_the_log(dialer, post, log, dry):
    lead_id = dialer.add_call()

    response = post(json=CALL, **dry)

    assert (response.status_code, response.headers["Dry-Run"]) == (200, "true")
    assert (response.json["cost_id"], response.json["updated"], response.json["first_contact"]) == (None, 1, 1)
    assert response.json["lead"]["lead_id"] == str(lead_id)
    assert [row["outcome"] for row in log()] == ["dry_run"]
    assert (dialer.costs(), dialer.lead_cost(lead_id)) == ((), None)


def test_a_dry_run_claims_no_key_and_recognises_a_duplicate(dialer, post):
    post(json={**CALL, "dry_run": True})
    post(json=CALL)

    again = post(json={**CALL, "dry_run": True})

    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(dialer.costs()) == 1


@pytest.mark.parametrize("value", ["0", "false", "", "[DryRun]", False])
def test_a_dry_run_that_is_switched_off_is_billed(dialer, post, value):
    assert post(json={**CALL, "dry_run": value}).status_code == 200
    assert len(dialer.costs()) == 1


def test_an_unclear_dry_run_is_refused(dialer, post):
    assert post(json={**CALL, "dry_run": "perhaps"}).json["error"] == "Invalid Dry Run: perhaps: neither 1 nor 0"
    assert dialer.costs() == ()


def test_a_replay_is_billed_with_the_deliverys_own_time_and_address(dialer, post, log, run):
    post("", json={"inbound_number": "8005550142", "phone": "7205550134", "cost": "free"})
    dialer.execute("UPDATE deliveries SET received = '2024-03-05 14:21:09', ip_address = '203.0.113.7'")
    lead_id = dialer.add_call()

    code, output = run("replay", log()[0]["delivery_id"], "--set", "cost=12.5")

    assert code == 0
    assert json.loads(output)["inserted"]["call_date"] == "2024-03-05 14:21:09"
    assert json.loads(output)["inserted"]["ip_address"] == "203.0.113.7"
    assert dialer.lead_cost(lead_id) == Decimal("12.5")
    first, second = log()
    assert (first["outcome"], second["outcome"], second["replay_of"]) == ("replayed", "billed", first["delivery_id"])


def test_a_replay_does_not_undo_the_cost_of_a_later_call(dialer, post, log, run):
    lead_id = dialer.add_call()
    post(json={**CALL, "cost": "free"})
    dialer.execute("UPDATE deliveries SET received = received - INTERVAL 1 HOUR")
    post(json={"cost": "20", "call_date": "2024-03-05T14:22:09Z"})

    _, output = run("replay", log()[0]["delivery_id"], "--set", "cost=12.5")

    assert (json.loads(output)["updated"], dialer.lead_cost(lead_id)) == (0, Decimal("20"))
    assert len(dialer.costs()) == 2


def test_a_changed_value_wins_over_every_alias_and_place(dialer, post, log, run):
    post("/0003/7205550134?call_to=0004", json={"inbound_number": "0005", "cost": 1})

    run("replay", log()[0]["delivery_id"], "--set", "did=8005550142")

    assert [row["call_to"] for row in dialer.costs()] == ["8005550142"]


def test_a_body_that_could_not_be_read_can_be_filled_in(dialer, post, log, run):
    post(data="{", content_type="application/json")

    run("replay", log()[0]["delivery_id"], "--set", "cost=12.5")

    assert len(dialer.costs()) == 1


def test_a_replay_that_is_still_wrong_is_refused_and_logged(dialer, post, log, run):
    post(json={**CALL, "cost": "free"})

    code, output = run("replay", log()[0]["delivery_id"], "--set", "cost=cheap")

    assert code == 1
    assert output.startswith("Error: Invalid Cost: cheap")
    assert [row["outcome"] for row in log()] == ["refused", "refused"]


def test_the_log_keeps_what_was_sent_beside_what_was_changed(post, log, run):
    post(json={**CALL, "cost": "free"})

    run("replay", log()[0]["delivery_id"], "--set", "cost=cheap", "--set", "notes=")

    sent = json.loads(log()[1]["sent"])
    assert sent["body"] == [["cost", "free"], ["call_date", CALL["call_date"]]]
    assert sent["changed"] == {"cost": "cheap", "notes": ""}


def test_what_was_changed_counts_in_the_next_replay_too(dialer, post, log, run):
    post("/0003/7205550134", json={**CALL, "cost": "free"})
    run("replay", log()[0]["delivery_id"], "--set", "cost=12.5")

    run("replay", log()[1]["delivery_id"], "--set", "did=8005550142")

    assert [(row["call_to"], row["cost"]) for row in dialer.costs()] == [("8005550142", Decimal("12.5"))]


@pytest.mark.parametrize("call", [CALL, {"cost": "12.5"}], ids=["with its date", "without"])
def test_a_replayed_delivery_is_not_billed_again_with_other_values(dialer, post, log, run, call):
    post(json={**call, "cost": "free"})
    delivery_id = log()[0]["delivery_id"]

    codes = [run("replay", delivery_id, "--set", f"cost={cost}")[0] for cost in (1, 1, 2)]

    assert codes == [0, 1, 1]
    assert len(dialer.costs()) == 1


@pytest.mark.parametrize("call", [CALL, {"cost": "12.5"}], ids=["with its date", "without"])
def test_a_billed_delivery_is_answered_as_before_and_not_billed_again(dialer, post, log, run, call):
    first = post(json=call)
    delivery_id = log()[0]["delivery_id"]

    assert run("replay", delivery_id) == (0, first.text)
    code, output = run("replay", delivery_id, "--set", "cost=13")

    assert code == 1
    assert output.startswith("Error: Already Billed")
    assert len(dialer.costs()) == 1


def test_a_duplicate_is_answered_as_the_first(dialer, post, log, run):
    first = post(json=CALL)
    post(json=CALL)

    assert run("replay", log()[1]["delivery_id"]) == (0, first.text)


def test_a_delivery_replayed_by_two_at_once_is_billed_once(dialer, post, log):
    post(json={"cost": "free"})
    delivery_id = log()[0]["delivery_id"]
    runners = [create_app().test_cli_runner() for _ in range(8)]  # Python 3.11 may fail to compile in threads
    barrier = threading.Barrier(8)
    codes = []

    def replay(runner):
        barrier.wait()
        codes.append(runner.invoke(args=["deliveries", "replay", str(delivery_id), "--set", "cost=1"]).exit_code)

    threads = [threading.Thread(target=replay, args=(runner,)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(codes) == [0] + [1] * 7
    assert len(dialer.costs()) == 1


def test_a_delivery_is_shown_whole_and_an_unknown_one_is_an_error(post, log, run):
    post(json=CALL)

    code, output = run("show", log()[0]["delivery_id"])

    assert code == 0
    assert json.loads(output)["sent"]["body"][0] == ["cost", "12.5"]
    assert run("show", 10**9) == (1, "Error: There is no delivery 1000000000.\n")
    assert run("replay", 10**9)[0] == 1


@pytest.mark.parametrize("change", ["price=1", "cost"])
def test_a_change_of_an_unknown_parameter_is_refused(post, log, run, change):
    post(json={**CALL, "cost": "free"})

    assert run("replay", log()[0]["delivery_id"], "--set", change)[0] != 0
