"""A platform's fixed body is billed by its sender's entry."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.intake.conftest import ACME, CALL

PAYLOADS = Path(__file__).with_name("senders")


def read_payload(name, **changes):
    return json.loads((PAYLOADS / f"{name}.json").read_text()) | changes


@pytest.mark.parametrize("name", ["callrail", "calltrackingmetrics"])
def test_the_platforms_own_body_is_billed(dialer, send, name):
    lead_id = dialer.add_call()

    response = send(read_payload(name), sender=name)

    assert response.status_code == 200, response.json
    (row,) = dialer.costs()
    assert (row["call_to"], row["call_from"], row["cost"]) == ("8005550142", "7205550134", Decimal("25"))
    assert str(row["call_date"]) == "2024-03-05 14:21:09"
    assert row["notes"] in ("CAL0123456789abcdef0123456789abcdef", "4000500060")
    assert dialer.lead_cost(lead_id) == Decimal("25")


@pytest.mark.parametrize("name", ["callrail", "calltrackingmetrics"])
def test_the_platforms_own_body_sent_twice_is_billed_once(dialer, send, name):
    first, second = send(read_payload(name), sender=name), send(read_payload(name), sender=name)

    assert first.json == second.json
    assert len(dialer.costs()) == 1


def test_a_callrail_call_without_a_value_is_refused_until_its_value_comes(dialer, send):
    refused = send(read_payload("callrail", value="", formatted_value="--"), sender="callrail")
    billed = send(read_payload("callrail"), sender="callrail")
    corrected = send(read_payload("callrail", value="30.00"), sender="callrail")

    assert refused.json == {"error": "Missing or Invalid Cost: there is nothing at value, where this sender has it"}
    assert billed.json["cost"] == "25.00"
    assert corrected.json["corrected_from"] == "25.0000"
    assert [row["cost"] for row in dialer.costs()] == [Decimal("30")]


@pytest.mark.parametrize(
    ("name", "without_price"), [("callrail", {"value": ""}), ("calltrackingmetrics", {"custom_fields": {}})]
)
def test_a_price_in_the_url_counts_where_the_body_has_none(dialer, send, name, without_price):
    send(read_payload(name, **without_price), sender=name, path="?cost=40")

    assert [row["cost"] for row in dialer.costs()] == [Decimal("40")]


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"call": CALL}},
        {"json": {"call": json.dumps(CALL)}},
        {"json": {"Call": {name.upper(): value for name, value in CALL.items()}}},
        {"json": {f"call.{name}": value for name, value in CALL.items()}},
        {"data": {f"call[{name}]": value for name, value in CALL.items()}},
        {"query_string": {f"call[{name}]": value for name, value in CALL.items()}},
        {"json": {"call": {**CALL, "payout": None}, "rates": [{"amount": 12.50}, {"amount": 99}]}},
        {
            "data": {
                **{f"call[{name}]": CALL[name] for name in ("to", "at", "id")},
                "payload": json.dumps({"call": {"from": "7205550134", "payout": 12.50}}),
            }
        },
    ],
    ids=["object", "json in json", "case", "dotted", "brackets", "query", "list", "json in a form field"],
)
def test_a_place_is_found_however_the_platform_wraps_it(dialer, send, request_):
    response = send(**request_)

    assert response.status_code == 200, response.json
    (row,) = dialer.costs()
    assert (row["call_to"], row["call_from"], row["cost"]) == ("8005550142", "7205550134", Decimal("12.5"))
    assert str(row["call_date"]) == "2024-03-05 14:21:09"


def test_the_keys_time_zone_counts_before_the_senders(send):
    response = send({"call": CALL}, time_zone="UTC")

    assert response.json["inserted"]["call_date"] == "2024-03-05 07:21:09"


def test_constants_count_where_nothing_came(send):
    plain = send({"caller": "7205550134"}, sender="flat")
    with_price = send({"caller": "7205550134", "cost": "9"}, sender="flat")

    assert (plain.json["inserted"]["call_to"], plain.json["inserted"]["cost"]) == ("8005550142", "25.0000")
    assert with_price.json["inserted"]["cost"] == "9.0000"


def test_an_unfilled_token_does_not_hide_the_next_place(send):
    response = send({"call": {**CALL, "payout": "[payout]"}, "rates": [{"amount": "7"}]})

    assert response.json["inserted"]["cost"] == "7.0000"


def test_an_unfilled_token_is_named(send):
    response = send({"call": {**CALL, "payout": "[payout]"}})

    assert response.json["error"] == "Missing or Invalid Cost: [payout] was not filled in by the sender"


@pytest.mark.parametrize(
    "chargeback",
    [
        {"call": {**CALL, "status": 2}},
        {"call": {**CALL, "status": " charged back "}},
        {"call": CALL, "refunded": True},
        {"call": {name: value for name, value in CALL.items() if name != "payout"}, "refunded": "true"},
    ],
)
def test_a_chargeback_cancels_the_cost(dialer, send, chargeback):
    lead_id = dialer.add_call()
    send({"call": {**CALL, "status": 1}})

    response = send(chargeback)

    assert (response.status_code, response.json["corrected_from"]) == (200, "12.5000")
    assert [row["cost"] for row in dialer.costs()] == [Decimal("0")]
    assert dialer.lead_cost(lead_id) == 0


def test_a_status_that_came_twice_bills_nothing(dialer, send):
    body = json.dumps({"call": CALL})[:-1] + ', "refunded": "no", "refunded": "true"}'

    response = send(data=body, content_type="application/json")

    assert response.json == {"error": "Invalid Cost: given twice"}
    assert dialer.costs() == ()


def test_the_bodys_own_cost_never_counts_where_the_sender_has_it_elsewhere(dialer, send):
    response = send({"call": {**CALL, "payout": ""}, "cost": "0.09"})

    assert response.status_code == 400
    assert response.json["error"].startswith("Missing or Invalid Cost: there is nothing at call[payout] or ")
    assert dialer.costs() == ()


def test_the_path_counts_where_the_senders_places_are_empty(send):
    response = send({"call": {**CALL, "to": ""}}, path="/8005550199")

    assert response.json["inserted"]["call_to"] == "8005550199"


@pytest.mark.parametrize("payout", [{"amount": "12.5"}, ["12.5"], True])
def test_a_place_that_holds_no_text_is_no_amount(send, payout):
    response = send({"call": {**CALL, "payout": payout}})

    assert response.json["error"] == "Missing or Invalid Cost: neither a text nor a number"


NO_JSON = ["{" * 10_000, '{"call": NaN}', "[" * 50_000, '{"call":' * 200 + "1" + "}" * 200, "{broken", '"text"', "17"]


@pytest.mark.parametrize("payload", NO_JSON, ids=range(len(NO_JSON)))
def test_a_text_that_is_no_json_has_nothing_in_it(send, payload):
    form = {f"call[{name}]": value for name, value in CALL.items() if name != "payout"}

    response = send(data={**form, "payload": payload})

    assert response.status_code == 400
    assert "there is nothing at call[payout]" in response.json["error"]


def test_an_entry_that_was_removed_stops_its_key_and_can_be_replayed(senders_file, dialer, send, make_client, caplog):
    response = send({"call": CALL, "cost": "0.09"}, sender="removed", path="/8005550142/7205550134")

    assert (response.status_code, response.json) == (500, {"error": "Sender Not Configured: removed"})
    assert "sender removed is the sender of an API key" in caplog.text
    (row,) = dialer.execute("SELECT * FROM deliveries").fetchall()
    assert (row["outcome"], row["status"]) == ("failed", 500)

    senders_file.write_text(ACME.replace("[acme", "[removed"))
    runner = make_client().application.test_cli_runner()
    result = runner.invoke(args=["deliveries", "replay", str(row["delivery_id"])])

    assert result.exit_code == 0, result.output
    assert [row["cost"] for row in dialer.costs()] == [Decimal("12.5")]


def test_a_replay_with_a_changed_amount_counts_before_the_senders_places(dialer, send, make_client):
    send({"call": {**CALL, "payout": "free"}})
    (row,) = dialer.execute("SELECT * FROM deliveries").fetchall()
    runner = make_client().application.test_cli_runner()

    result = runner.invoke(args=["deliveries", "replay", str(row["delivery_id"]), "--set", "cost=12.50"])

    assert result.exit_code == 0, result.output
    assert [row["cost"] for row in dialer.costs()] == [Decimal("12.5")]


def test_a_key_is_made_for_a_sender_that_a_file_has(senders_file, make_client):
    runner = make_client().application.test_cli_runner()

    made = runner.invoke(args=["keys", "create", "--name", "acme", "--sender", "acme"])
    refused = runner.invoke(args=["keys", "create", "--name", "acme", "--sender", "acne"])
    listed = [json.loads(line) for line in runner.invoke(args=["keys", "list"]).output.splitlines()]

    assert made.exit_code == 0
    assert refused.exit_code == 2
    assert "acne is in no file of senders; there are acme, callrail, calltrackingmetrics, flat." in refused.output
    assert [key["sender"] for key in listed] == ["acme"]
