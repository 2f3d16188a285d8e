"""The same call once more, with the amount it has, one that it had, or one that it never had: the contract's table."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.billing.amounts import assert_amounts_agree, list_amounts, list_changes, list_outcomes
from tests.conftest import URL
from tests.vicidial import both_dialers

CALL = {"call_date": "2024-03-05T14:21:09Z"}
KEYED = {"Idempotency-Key": "RGB7F31"}

pytestmark = pytest.mark.usefixtures("way_of_billing")


@pytest.fixture
def key(request, create_key):
    """The sender's key; a test may give it columns of its own."""
    return create_key(**getattr(request, "param", {}))


@pytest.fixture(params=[KEYED, {}], ids=["with key", "without key"])
def fire(request, post):
    """Report what the call costs, in each of the two ways in which it can be told to be the same call."""
    return lambda cost, **more: post(json={**CALL, "cost": cost}, headers=request.param, **more)


@pytest.fixture
def replay(app):
    """Replay a delivery of the log by command; return the exit code and what was printed."""

    def replay(delivery_id, *options):
        result = app.test_cli_runner().invoke(args=["deliveries", "replay", str(delivery_id), *options])
        return result.exit_code, result.output

    return replay


def last_delivery(dialer):
    return dialer.execute("SELECT * FROM deliveries ORDER BY delivery_id DESC LIMIT 1").fetchone()


def amounts(dialer):
    """The amounts of the only cost, oldest first; all that must hold is checked, too."""
    (cost,) = dialer.costs()
    assert_amounts_agree(dialer)
    return [str(amount) for amount in list_amounts(dialer, cost["cost_id"])]


@both_dialers
def test_the_amount_it_has_is_answered_as_the_first_time(dialer, fire):
    dialer.add_call()
    first = fire("25")

    again = fire("25.00")

    assert (again.status_code, again.data, again.headers["Idempotent-Replayed"]) == (200, first.data, "true")
    assert amounts(dialer) == ["25.0000"]
    assert list_outcomes(dialer) == ["billed", "duplicate"]


@both_dialers
def test_an_amount_it_never_had_corrects_the_same_cost(dialer, fire):
    lead_id = dialer.add_call()
    first = fire("25")

    corrected = fire("18.75")

    assert corrected.status_code == 200
    assert "Idempotent-Replayed" not in corrected.headers
    assert list(corrected.json) == [*first.json, "corrected_from"]
    assert corrected.json == {
        **first.json,
        "cost": "18.75",
        "inserted": {**first.json["inserted"], "cost": "18.7500"},
        "lead": {**first.json["lead"], "cost": "18.7500"},
        "corrected_from": "25.0000",
    }
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == Decimal("18.75")
    assert amounts(dialer) == ["25.0000", "18.7500"]


def test_a_correction_without_a_lead_is_answered_without_one(dialer, fire):
    first = fire("25")

    corrected = fire("18.75").json

    assert (corrected["updated"], corrected["lead"], corrected["first_contact"]) == (0, None, 0)
    assert corrected["cost_id"] == first.json["cost_id"]
    assert amounts(dialer) == ["25.0000", "18.7500"]


def test_the_history_says_who_when_why_and_by_which_delivery(dialer, fire, key):
    fire("25")
    before = datetime.now(UTC).replace(tzinfo=None, microsecond=0)

    response = fire("18.75")

    delivery = last_delivery(dialer)
    (change,) = list_changes(dialer, response.json["cost_id"])
    assert (change["cost_from"], change["cost_to"]) == (25, Decimal("18.75"))
    assert (change["api_id"], change["changed_by"]) == (int(key["tld-api-id"]), "test")
    assert change["reason"] == "another amount was sent"
    assert before <= change["changed"] <= before + timedelta(seconds=5)
    assert change["delivery_id"] == delivery["delivery_id"]
    assert delivery["request_id"] == response.headers["X-Request-ID"]


def test_the_log_has_the_correction_with_its_cost_and_the_first(dialer, fire):
    dialer.add_call()
    first = fire("25")

    fire("18.75")

    row = last_delivery(dialer)
    assert (row["outcome"], row["status"], row["error"]) == ("corrected", 200, None)
    assert (str(row["cost_id"]), row["cost"]) == (first.json["cost_id"], Decimal("18.75"))
    assert (row["delivery_key"], row["lead_id"], row["replay_of"]) == (None, None, None)
    billed = dialer.execute("SELECT delivery_id FROM deliveries WHERE outcome = 'billed'").fetchone()
    assert row["duplicate_of"] == billed["delivery_id"]


def test_a_retry_of_the_correction_gets_its_answer_byte_for_byte(dialer, fire):
    dialer.add_call()
    fire("25")
    corrected = fire("18.75")

    again = fire("18.75")

    assert (again.data, again.headers["Idempotent-Replayed"]) == (corrected.data, "true")
    assert amounts(dialer) == ["25.0000", "18.7500"]
    assert list_outcomes(dialer) == ["billed", "corrected", "duplicate"]


def test_an_amount_it_had_before_is_superseded_and_changes_nothing(dialer, fire):
    lead_id = dialer.add_call()
    first = fire("25")
    fire("18.75")

    late = fire("25")

    assert (late.status_code, late.headers["Idempotent-Replayed"]) == (200, "true")
    assert late.json == {**first.json, "corrected_to": "18.7500"}
    assert list(late.json)[-1] == "corrected_to"
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == Decimal("18.75")
    assert amounts(dialer) == ["25.0000", "18.7500"]
    row = last_delivery(dialer)
    assert (row["outcome"], row["status"], row["cost"], row["cost_id"]) == ("superseded", 200, 25, None)


def test_a_superseded_correction_gets_the_answer_that_it_got(dialer, fire):
    dialer.add_call()
    fire("25")
    corrected = fire("18.75")
    fire("20")

    late = fire("18.75")

    assert late.json == {**corrected.json, "corrected_to": "20.0000"}
    assert list(late.json)[-2:] == ["corrected_from", "corrected_to"]
    assert amounts(dialer) == ["25.0000", "18.7500", "20.0000"]


def test_a_price_that_comes_after_the_cost_of_zero_is_booked(dialer, fire):
    lead_id = dialer.add_call()
    fire("0")

    corrected = fire("25")

    assert corrected.json["corrected_from"] == "0.0000"
    assert dialer.lead_cost(lead_id) == 25
    assert amounts(dialer) == ["0.0000", "25.0000"]


def test_a_cancelled_cost_takes_another_amount_from_zero(dialer, fire):
    lead_id = dialer.add_call()
    fire("25")

    cancelled = fire("0")
    corrected = fire("18.75")

    assert (cancelled.json["corrected_from"], corrected.json["corrected_from"]) == ("25.0000", "0.0000")
    assert dialer.lead_cost(lead_id) == Decimal("18.75")
    assert amounts(dialer) == ["25.0000", "0.0000", "18.7500"]


def test_a_late_retry_does_not_undo_a_cancellation(dialer, fire):
    lead_id = dialer.add_call()
    first = fire("25")
    fire("0")

    late = fire("25")

    assert late.json == {**first.json, "corrected_to": "0.0000"}
    assert dialer.lead_cost(lead_id) == 0
    assert amounts(dialer) == ["25.0000", "0.0000"]


def test_zero_again_is_a_duplicate_also_as_the_first_amount(dialer, fire):
    first = fire("0")

    again = fire("0.00")

    assert (again.data, again.headers["Idempotent-Replayed"]) == (first.data, "true")
    assert amounts(dialer) == ["0.0000"]


def test_the_chain_of_many_changes_is_unbroken(dialer, fire):
    dialer.add_call()
    sent = ["25", "18.75", "0", "20", "18.75", "0.0001", "25", "99999999.9999"]

    answers = [fire(cost).json for cost in sent]

    assert amounts(dialer) == ["25.0000", "18.7500", "0.0000", "20.0000", "0.0001", "99999999.9999"]
    assert [sent[number] for number, answer in enumerate(answers) if "corrected_to" in answer] == ["18.75", "25"]


def test_less_than_the_last_place_is_no_other_amount(dialer, fire):
    fire("25")

    assert fire("25.00004").headers["Idempotent-Replayed"] == "true"
    assert amounts(dialer) == ["25.0000"]


def test_the_row_keeps_what_the_first_delivery_said_of_the_call(dialer, post):
    post(json={"cost": "25", "notes": "first", "date_billed": "2024-03-06T00:00:00Z"}, headers=KEYED)

    corrected = post(json={"cost": "18.75", "notes": "second"}, headers=KEYED)

    (row,) = dialer.costs()
    assert (row["notes"], str(row["date_billed"])) == ("first", "2024-03-06 00:00:00")
    assert corrected.json["inserted"]["notes"] == "first"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("2024-03-05T14:21:09Z", None),
        (None, "2024-03-05T14:21:09Z"),
        (None, None),
        ("2024-03-05", "2024-03-05T14:21:09Z"),
        ("2024-03-05T14:21:09Z", "2024-03-06"),
        ("2024-03-05", None),
    ],
)
def test_a_time_that_is_not_sent_or_bare_contradicts_nothing(dialer, post, first, then):
    post(json={"cost": "25", "call_date": first}, headers=KEYED)

    corrected = post(json={"cost": "18.75", "call_date": then}, headers=KEYED)

    assert corrected.json["corrected_from"] == "25.0000"
    assert amounts(dialer) == ["25.0000", "18.7500"]


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("2024-03-05T14:21:09Z", "2024-03-05T14:21:10Z"),
        ("2024-03-05", "2024-03-06"),
        ("2024-03-05", "2024-03-07T14:21:09Z"),
        ("2024-03-05T14:21:09Z", "2024-03-08"),
    ],
)
@pytest.mark.parametrize("cost", ["25", "18.75"])
def test_a_key_for_a_call_at_another_time_is_refused(dialer, post, first, then, cost):
    post(json={"cost": "25", "call_date": first}, headers=KEYED)

    response = post(json={"cost": cost, "call_date": then}, headers=KEYED)

    assert (response.status_code, response.json["error"].partition(": ")[0]) == (422, "Idempotency Key Already Used")
    assert amounts(dialer) == ["25.0000"]


@pytest.mark.parametrize("date", ["2024-03-05", "3/5/2024", "20240305"])
@pytest.mark.parametrize("cost", ["25", "18.75"])
def test_a_bare_date_does_not_make_two_calls_the_same(dialer, post, date, cost):
    post(json={"cost": "25", "call_date": date})

    post(json={"cost": cost, "call_date": date})

    assert len(dialer.costs()) == 2
    assert_amounts_agree(dialer)


def test_without_key_and_time_every_amount_is_a_call_of_its_own(dialer, post):
    for cost in ("25", "18.75", "25"):
        post(json={"cost": cost})

    assert [cost["cost"] for cost in dialer.costs()] == [25, Decimal("18.75"), 25]


def test_the_same_key_of_another_sender_is_another_call(dialer, post, client, create_key):
    post(json={**CALL, "cost": "25"}, headers=KEYED)

    other = client.post(
        f"{URL}/8005550142/7205550134", json={**CALL, "cost": "18.75"}, headers={**create_key(), **KEYED}
    )

    assert "corrected_from" not in other.json
    assert len(dialer.costs()) == 2


@pytest.mark.parametrize("cost", ["-6.25", "-$6.25", "(6.25)", -6.25, "\u22126.25"])
def test_an_amount_below_zero_is_refused_with_advice(dialer, fire, cost):
    fire("25")

    response = fire(cost)

    assert response.status_code == 400
    assert response.json["error"].startswith("Invalid Cost: ")
    assert "send what the call costs now, 0 to cancel it" in response.json["error"]
    assert amounts(dialer) == ["25.0000"]


@pytest.mark.parametrize("key", [{"on_change": "refuse"}], indirect=True)
def test_a_key_that_refuses_changes_is_told_the_amount_that_is_set(dialer, fire):
    first = fire("25")

    refused = fire("18.75")

    assert (refused.status_code, refused.json) == (409, {"error": "Cost Already Set: 25.0000"})
    assert fire("25").data == first.data
    assert amounts(dialer) == ["25.0000"]
    assert list_outcomes(dialer) == ["unmatched", "refused", "duplicate"]


@pytest.mark.parametrize("key", [{"on_change": "insert"}], indirect=True)
def test_a_key_that_inserts_changes_has_a_cost_for_each_amount(dialer, fire):
    lead_id = dialer.add_call()
    answers = [fire(cost) for cost in ("25", "18.75", "0")]

    again = [fire(cost) for cost in ("25", "18.75", "0")]

    assert [answer.data for answer in again] == [answer.data for answer in answers]
    assert {answer.headers["Idempotent-Replayed"] for answer in again} == {"true"}
    assert [cost["cost"] for cost in dialer.costs()] == [25, Decimal("18.75"), 0]
    assert dialer.execute("SELECT * FROM cost_changes").fetchall() == ()
    assert dialer.lead_cost(lead_id) == Decimal("18.75")


@pytest.mark.parametrize("key", [{"on_change": "insert"}], indirect=True)
def test_a_key_that_inserts_changes_still_stands_for_one_call(dialer, post):
    post(json={**CALL, "cost": "25"}, headers=KEYED)

    response = post("/8005550142/7205550135", json={**CALL, "cost": "18.75"}, headers=KEYED)

    assert response.status_code == 422
    assert len(dialer.costs()) == 1


def test_every_keyless_request_may_be_billed_anew_by_setting(dialer, make_client, key):
    client = make_client(INGRESS_DUPLICATES="insert")

    for headers in ({}, {}, KEYED, KEYED):
        for cost in ("25", "18.75"):
            client.post(f"{URL}/8005550142/7205550134", json={**CALL, "cost": cost}, headers={**key, **headers})

    keyless, keyed = dialer.costs()[:4], dialer.costs()[4:]
    assert [cost["cost"] for cost in keyless] == [25, Decimal("18.75")] * 2
    assert [cost["cost"] for cost in keyed] == [Decimal("18.75")]
    assert list_outcomes(dialer)[4:] == ["unmatched", "corrected", "superseded", "duplicate"]


def test_a_dry_run_of_a_correction_writes_nothing_but_the_log(dialer, fire):
    lead_id = dialer.add_call()
    first = fire("25")

    dry = fire("18.75", query_string={"dry_run": "1"})

    assert (dry.status_code, dry.headers["Dry-Run"]) == (200, "true")
    assert (dry.json["cost_id"], dry.json["corrected_from"]) == (first.json["cost_id"], "25.0000")
    assert dry.json["lead"]["cost"] == "18.7500"
    assert amounts(dialer) == ["25.0000"]
    assert dialer.lead_cost(lead_id) == 25
    assert list_outcomes(dialer) == ["billed", "dry_run"]


def test_a_dry_run_of_a_superseded_amount_says_so(dialer, fire):
    fire("25")
    fire("18.75")

    dry = fire("25", query_string={"dry_run": "1"})

    assert (dry.headers["Dry-Run"], dry.json["corrected_to"]) == ("true", "18.7500")
    assert list_outcomes(dialer) == ["unmatched", "corrected", "dry_run"]


def test_a_cost_that_the_dialer_deleted_takes_no_other_amount(dialer, fire):
    first = fire("25")
    dialer.execute("DELETE FROM call_costs")

    refused = fire("18.75")

    assert (refused.status_code, refused.json) == (409, {"error": "Cost Already Set: 25.0000"})
    assert fire("25").data == first.data
    assert (dialer.costs(), dialer.execute("SELECT * FROM cost_changes").fetchall()) == ((), ())


def test_a_replay_of_a_superseded_delivery_books_its_amount(dialer, fire, replay):
    lead_id = dialer.add_call()
    for cost in ("25", "18.75", "25"):
        fire(cost)
    superseded = last_delivery(dialer)

    code, printed = replay(superseded["delivery_id"])

    assert code == 0
    assert json.loads(printed)["corrected_from"] == "18.7500"
    assert amounts(dialer) == ["25.0000", "18.7500", "25.0000"]
    assert dialer.lead_cost(lead_id) == 25
    assert list_outcomes(dialer) == ["billed", "corrected", "replayed", "corrected"]
    assert last_delivery(dialer)["replay_of"] == superseded["delivery_id"]


def test_a_superseded_delivery_is_booked_once(dialer, fire, replay):
    for cost in ("25", "18.75", "25"):
        fire(cost)
    superseded = last_delivery(dialer)["delivery_id"]
    replay(superseded)
    fire("20")

    code, printed = replay(superseded)

    assert (code, printed.partition(": ")[2].partition(": ")[0]) == (1, "Already Replayed")
    assert amounts(dialer) == ["25.0000", "18.7500", "25.0000", "20.0000"]


def test_a_replay_of_an_amount_that_is_present_again_writes_nothing(dialer, fire, replay):
    for cost in ("25", "18.75", "25", "25"):
        fire(cost)
    first, second = (row["delivery_id"] for row in superseded_deliveries(dialer))
    replay(first)

    code, printed = replay(second)

    assert code == 0
    assert json.loads(printed)["corrected_from"] == "18.7500"
    assert amounts(dialer) == ["25.0000", "18.7500", "25.0000"]


def superseded_deliveries(dialer):
    return dialer.execute("SELECT * FROM deliveries WHERE outcome = 'superseded' ORDER BY delivery_id").fetchall()


def test_an_operator_books_what_the_senders_key_refuses(dialer, fire, replay, key):
    for cost in ("25", "18.75", "25"):
        fire(cost)
    dialer.execute("UPDATE api_keys SET on_change = 'refuse'")

    code, _ = replay(last_delivery(dialer)["delivery_id"])

    assert code == 0
    assert amounts(dialer) == ["25.0000", "18.7500", "25.0000"]


def test_a_replayed_correction_or_duplicate_gets_its_own_answer(dialer, fire, replay):
    first, corrected, _ = fire("25"), fire("18.75"), fire("18.75")
    rows = dialer.execute("SELECT delivery_id FROM deliveries ORDER BY delivery_id").fetchall()

    printed = [replay(row["delivery_id"])[1] for row in rows]

    assert printed == [first.text, corrected.text, corrected.text]
    assert list_outcomes(dialer) == ["unmatched", "corrected", "duplicate"]


def test_a_correction_is_not_replayed_with_changes(dialer, fire, replay):
    fire("25")
    fire("18.75")

    code, printed = replay(last_delivery(dialer)["delivery_id"], "--set", "cost=1")

    assert code == 1
    assert printed.startswith("Error: Already Billed")
    assert amounts(dialer) == ["25.0000", "18.7500"]
