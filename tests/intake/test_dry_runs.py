"""A dry run tells what was read for each parameter, and from where."""

from tests.intake.conftest import CALL


def test_a_dry_run_tells_what_was_read_and_from_where(dialer, send):
    body = {"call": {**CALL, "payout": ""}, "rates": [{"amount": "7"}], "notes": "x"}

    response = send(body, path="?dry_run=1")

    assert list(response.json)[-1] == "understood"
    assert response.json["understood"] == {
        "did": {"value": "8005550142", "from": "body call.to"},
        "cid": {"value": "7205550134", "from": "body call.from"},
        "cost": {"value": "7", "from": "body rates.0.amount"},
        "call_date": {"value": "2024-03-05 07:21:09", "from": "body call.at"},
        "notes": {"value": "x", "from": "body notes"},
        "idempotency_key": {"value": "A1", "from": "body call.id"},
        "dry_run": {"value": "1", "from": "query dry_run"},
    }
    assert dialer.costs() == ()


def test_a_dry_run_tells_of_constants_and_cancellations(send):
    flat = send({"caller": "7205550134", "dry_run": True}, sender="flat")
    cancelled = send({"call": CALL, "refunded": True, "dry_run": True})

    assert flat.json["understood"]["cost"] == {"value": "25", "from": "constant"}
    assert cancelled.json["understood"]["cost"] == {"value": "0", "from": "cancel_when refunded"}


def test_a_refused_dry_run_tells_what_was_read(send):
    response = send({"call": {**CALL, "payout": "free"}}, path="?dry_run=1")

    assert response.status_code == 400
    assert response.json["error"].startswith("Invalid Cost: free")
    assert response.json["understood"]["cost"] == {"value": "free", "from": "body call[payout]"}


def test_a_dry_run_without_a_sender_tells_places_and_names(post):
    response = post(
        "/8005550142",
        query_string={"phone": "7205550134", "call_to": "[number]"},
        json={"cost": 12.5},
        headers={"Idempotency-Key": "K1", "Dry-Run": "1"},
    )

    assert response.json["understood"] == {
        "did": {"value": "8005550142", "from": "path"},
        "cid": {"value": "7205550134", "from": "query phone"},
        "cost": {"value": "12.5", "from": "body cost"},
        "idempotency_key": {"value": "K1", "from": "header Idempotency-Key"},
        "dry_run": {"value": "1", "from": "header Dry-Run"},
    }


def test_a_call_that_is_billed_tells_nothing_of_it(send, post):
    assert "understood" not in send({"call": CALL}).json
    assert "understood" not in post(json={"cost": "free"}).json
