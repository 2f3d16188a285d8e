"""Firing twice: the same call is billed once, whoever repeats it, whenever, and however many at once."""

import threading
from decimal import Decimal

import pytest

from ingress import create_app
from tests.calls import CALL, PATH

pytestmark = pytest.mark.usefixtures("way_of_billing")


def keyed(key="RGB7F31"):
    return {"Idempotency-Key": key}


def test_a_repeated_key_gives_the_same_answer_and_writes_nothing(dialer, post):
    lead_id = dialer.add_call()
    first = post(json=CALL, headers=keyed())
    dialer.execute("UPDATE leads SET cost = 99")

    again = post(json=CALL, headers=keyed())

    assert (again.status_code, again.data, again.content_type) == (200, first.data, first.content_type)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(dialer.costs()) == 1
    assert dialer.lead_cost(lead_id) == 99


@pytest.mark.parametrize(
    "again",
    [
        {"query_string": {"idempotency_key": "RGB7F31", **CALL}},
        {"data": {"idempotency_key": " RGB7F31 ", **CALL}},
        {"json": {"idempotency_key": "RGB7F31", **CALL}},
    ],
    ids=["query", "form", "json"],
)
def test_the_key_may_come_as_header_or_parameter(dialer, post, again):
    post(json=CALL, headers=keyed())

    assert post(**again).headers["Idempotent-Replayed"] == "true"
    assert len(dialer.costs()) == 1


def test_the_header_wins_over_the_parameter(dialer, post):
    post(json={**CALL, "idempotency_key": "other"}, headers=keyed())

    assert "Idempotent-Replayed" not in post(json=CALL, headers=keyed("other")).headers
    assert len(dialer.costs()) == 2


@pytest.mark.parametrize(
    "other",
    [{"call_date": "2024-03-05T14:21:10Z"}, {"did": "8005550143"}, {"cid": "7205550135"}],
    ids=["call_date", "did", "cid"],
)
def test_the_same_key_for_another_call_is_refused(dialer, post, other):
    post(json=CALL, headers=keyed())

    response = post(json={**CALL, **other, "cost": "12.51"}, headers=keyed())

    assert response.status_code == 422
    assert response.json["error"].partition(": ")[0] == "Idempotency Key Already Used"
    assert len(dialer.costs()) == 1


def test_the_same_call_written_differently_is_the_same(dialer, post):
    post("/8005550142/7205550134", json=CALL, headers=keyed())

    again = post(
        "/+18005550142/(720) 555-0134",
        json={"cost": "$12.50", "call_date": "2024-03-05 09:21:09 -0500", "notes": "other"},
        headers=keyed(),
    )

    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_key_without_call_date_is_recognised_as_time_passes(dialer, post):
    first = post(json={"cost": 1}, headers=keyed())
    dialer.execute("UPDATE deliveries SET received = received - INTERVAL 1 HOUR")

    assert post(json={"cost": 1}, headers=keyed()).data == first.data


def test_keys_differ_in_case_and_belong_to_their_api_id(dialer, post, client, create_key):
    post(json=CALL, headers=keyed())

    assert "Idempotent-Replayed" not in post(json=CALL, headers=keyed("rgb7f31")).headers
    other = client.post(PATH, json=CALL, headers={**create_key(), **keyed()})
    assert "Idempotent-Replayed" not in other.headers
    assert len(dialer.costs()) == 3


def test_a_refused_request_leaves_its_key_free(dialer, post):
    post(json={**CALL, "cost": "--"}, headers=keyed())

    assert post(json=CALL, headers=keyed()).status_code == 200
    assert len(dialer.costs()) == 1


@pytest.mark.parametrize("text", ["x" * 255, "💶" * 255, "call 8005550142", "' OR 1=1 --"])
def test_any_text_up_to_255_characters_is_a_key(dialer, post, text):
    post(json={**CALL, "idempotency_key": text})

    assert post(json={**CALL, "idempotency_key": text}).headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("text", ["x" * 256, True, ["a"], "\ud800"])
def test_any_other_key_is_refused(dialer, post, text):
    response = post(json={**CALL, "idempotency_key": text})

    assert (response.status_code, response.json["error"].partition(": ")[0]) == (400, "Invalid Idempotency Key")


def test_an_unfilled_key_counts_as_none(dialer, post):
    post(json=CALL, headers=keyed("[Call:InboundCallId]"))

    other = {"cost": "13", "call_date": "2024-03-05T14:21:10Z"}
    response = post(json=other, headers=keyed("[Call:InboundCallId]"))

    assert response.status_code == 200
    assert len(dialer.costs()) == 2


def test_a_call_with_its_date_is_recognised_without_a_key(dialer, post):
    first = post(json=CALL)

    again = post(json={**CALL, "notes": "fired twice"})

    assert (again.data, again.headers["Idempotent-Replayed"]) == (first.data, "true")
    assert len(dialer.costs()) == 1


@pytest.mark.parametrize("other", [{"call_date": "2024-03-05T14:21:10Z"}, {"cid": "7205550135"}, {"did": "8005550143"}])
def test_another_date_or_number_without_a_key_is_another_call(dialer, post, other):
    post("", json={"did": "8005550142", "cid": "7205550134", **CALL})

    post("", json={"did": "8005550142", "cid": "7205550134", **CALL, **other})

    assert len(dialer.costs()) == 2


def test_every_request_without_key_and_date_is_a_new_cost(dialer, post):
    post(json={"cost": 1})
    post(json={"cost": 1})

    assert len(dialer.costs()) == 2


def test_keys_still_count_when_recognising_calls_is_turned_off(dialer, key, monkeypatch):
    monkeypatch.setenv("INGRESS_DUPLICATES", "insert")
    client = create_app().test_client()

    for headers in (key, key, {**key, **keyed()}, {**key, **keyed()}):
        client.post(PATH, json=CALL, headers=headers)

    assert len(dialer.costs()) == 3


def fire_at_once(app, key, requests):
    """Send all requests at the same moment, each from a thread of its own; return the responses."""
    barrier = threading.Barrier(len(requests))
    responses = []

    def fire(request):
        client = app.test_client()
        barrier.wait()
        responses.append(client.post(PATH, headers={**key, **keyed()}, json=request))

    threads = [threading.Thread(target=fire, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return responses


def test_fifty_equal_requests_at_once_are_one_cost(dialer, app, key):
    lead_id = dialer.add_call()

    responses = fire_at_once(app, key, [CALL] * 50)

    assert {response.status_code for response in responses} == {200}
    assert len({response.data for response in responses}) == 1
    assert sum("Idempotent-Replayed" not in response.headers for response in responses) == 1
    assert len(dialer.costs()) == 1
    assert dialer.lead_cost(lead_id) == Decimal("12.5")


def test_one_key_with_two_costs_at_once_is_one_cost_changed_once(dialer, app, key):
    responses = fire_at_once(app, key, [CALL, {**CALL, "cost": "13"}] * 25)

    (row,) = dialer.costs()
    (change,) = dialer.execute("SELECT * FROM cost_changes").fetchall()
    assert {response.status_code for response in responses} == {200}
    assert {response.json["cost_id"] for response in responses} == {str(row["cost_id"])}
    assert row["cost"] == change["cost_to"]
    assert {change["cost_from"], change["cost_to"]} == {Decimal("12.5"), Decimal(13)}
    assert sum("Idempotent-Replayed" not in response.headers for response in responses) == 2
