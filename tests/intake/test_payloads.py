"""What real platforms send, over real HTTP to the real server; `requests.json` says what must happen."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tools.service import serve

PAYLOADS = json.loads(Path(__file__).with_name("requests.json").read_text())
STORED = ("call_from", "call_to", "cost", "call_date", "date_billed", "notes")


@pytest.fixture(scope="module")
def service(tables, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("gunicorn") / "log", WEB_CONCURRENCY="1") as service:
        yield service


@pytest.fixture
def calls(dialer):
    """The leads of the logged calls, by the call's name."""
    return {name: dialer.add_call(**call) for name, call in PAYLOADS["call_log"].items()}


def send(service, payload, key):
    headers = {**payload["headers"], **key}
    status, _, body = service.send(payload["method"], payload["path"], headers, payload["body"].encode())
    return status, json.loads(body)


def payloads(status):
    chosen = [payload for payload in PAYLOADS["requests"] if (payload["expect"]["status"] == 200) == (status == 200)]
    return pytest.mark.parametrize("payload", chosen, ids=lambda payload: payload["name"])


@payloads(200)
def test_a_platforms_request_bills_the_right_call(service, dialer, calls, key, payload):
    status, answer = send(service, payload, key)

    expected = payload["expect"]
    assert status == 200, answer
    (row,) = dialer.costs()
    stored = {name: str(row[name]) if name != "notes" else row[name] for name in STORED if name in expected}
    assert stored == {name: expected[name] for name in STORED if name in expected}
    costs = {name: dialer.lead_cost(lead_id) for name, lead_id in calls.items()}
    assert costs == {name: Decimal(expected["cost"]) if name == expected["call"] else None for name in calls}
    assert answer["inserted"]["cost"] == expected["cost"]


@payloads(400)
def test_a_platforms_mistake_is_named_and_writes_nothing(service, dialer, calls, key, payload):
    status, answer = send(service, payload, key)

    assert (status, answer["error"].partition(": ")[0]) == (payload["expect"]["status"], payload["expect"]["error"])
    assert dialer.costs() == ()
    assert not any(dialer.lead_cost(lead_id) for lead_id in calls.values())
