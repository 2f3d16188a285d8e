"""`keys` as it is typed: what a new key is told to do, and how it is listed."""

import json

import pytest

from tests.conftest import URL


@pytest.fixture
def keys(app):
    """Run `ingress keys` and return its result."""
    return lambda *arguments: app.test_cli_runner().invoke(args=["keys", *arguments])


@pytest.fixture
def listed(keys):
    """The keys as they are listed."""
    return lambda: [json.loads(line) for line in keys("list").output.splitlines()]


@pytest.mark.parametrize(
    ("options", "on_change", "status", "costs"),
    [
        ([], "correct", 200, ["18.7500"]),
        (["--on-change", "refuse"], "refuse", 409, ["25.0000"]),
        (["--on-change", "insert"], "insert", 200, ["25.0000", "18.7500"]),
    ],
)
def test_a_key_decides_what_another_amount_of_a_call_does(
    keys, listed, client, dialer, options, on_change, status, costs
):
    made = json.loads(keys("create", "--name", "ringba", *options).output)
    headers = {"tld-api-id": str(made["api_id"]), "tld-api-key": made["api_key"]}
    sent = {"idempotency_key": "RGB1", "call_date": "2024-03-05T14:21:09Z"}

    client.post(URL + "/8005550142/7205550134", headers=headers, json={"cost": "25", **sent})
    answer = client.post(URL + "/8005550142/7205550134", headers=headers, json={"cost": "18.75", **sent})

    assert [key["on_change"] for key in listed()] == [on_change]
    assert answer.status_code == status
    assert [str(cost["cost"]) for cost in dialer.costs()] == costs


def test_an_unknown_way_of_changing_is_refused(keys, listed):
    assert keys("create", "--name", "ringba", "--on-change", "add").exit_code == 2
    assert listed() == []


def test_a_listed_key_shows_the_last_attempt_with_a_wrong_secret(keys, listed, client):
    made = json.loads(keys("create", "--name", "ringba").output)
    before = listed()[0]

    client.post(URL, headers={"tld-api-id": str(made["api_id"]), "tld-api-key": "wrong"})

    after = listed()[0]
    assert (before["failed"], before["failed_from"]) == (None, None)
    assert after["failed"][:2] == "20"
    assert after["failed_from"] == "127.0.0.1"
