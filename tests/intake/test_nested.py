"""A required name in a wrong place is named where it is, and never read from there."""

import json

import pytest

from tests.calls import FORM, JSON, refusal

CALL = {"did": "8005550142", "cid": "7205550134", "cost": "12.50"}


@pytest.mark.parametrize(
    ("request_", "place"),
    [
        ({"json": {"data": CALL}}, "data.did"),
        ({"json": {"data": {"Call_To": "8005550142"}}}, "data.Call_To"),
        ({"json": {"payload": json.dumps(CALL)}}, "payload.did"),
        ({"json": {"did": None, "data": CALL}}, "data.did"),
        ({"json": {"a": {"x": 1}, "b": CALL}}, "b.did"),
        ({"data": "call[did]=8005550142", "content_type": FORM}, "call[did]"),
        ({"data": "call%5BDID%5D=8005550142", "content_type": FORM}, "call[DID]"),
        ({"data": "call.did=8005550142", "content_type": FORM}, "call.did"),
        ({"data": {"payload": json.dumps(CALL)}, "content_type": FORM}, "payload.did"),
        ({"data": {"payload": json.dumps(CALL)}, "content_type": "multipart/form-data"}, "payload.did"),
        ({"query_string": {"call[did]": "8005550142"}}, "call[did]"),
    ],
)
def test_a_name_one_level_down_is_named_and_not_read(dialer, post, request_, place):
    response = post("", **request_)

    advice = f"found at {place}; a sender's map can take it from there (docs/senders.md)"
    assert refusal(response) == (400, f"Missing or Invalid DID: {advice}")
    assert dialer.costs() == ()


@pytest.mark.parametrize(("name", "text"), [("did", "DID"), ("cid", "CID"), ("cost", "Cost")])
def test_each_required_name_is_found(post, name, text):
    call = {other: value for other, value in CALL.items() if other != name}

    status, error = refusal(post("", json={**call, "event": {name: CALL[name]}}))

    assert (status, error.partition(";")[0]) == (400, f"Missing or Invalid {text}: found at event.{name}")


@pytest.mark.parametrize(
    "body",
    [
        {"a": {"b": CALL}},
        {"a": [CALL]},
        {"a": "{did: 8005550142}"},
        {"a": "[" * 1_000},
        {"a": '{"a":' * 5_000 + "1" + "}" * 5_000},
        {"a": '{"n": ' + "1" * 5_000 + "}"},
        {"did[]": "8005550142"},
        {"xdid": {"didx": 1}},
    ],
    ids=lambda body: str(body)[:20],
)
def test_what_is_deeper_or_cannot_be_read_is_just_missing(post, body):
    assert refusal(post("", json=body)) == (400, "Missing or Invalid DID")


def test_a_place_with_a_long_name_is_cut_in_the_error(post):
    error = refusal(post("", data=json.dumps({"a" * 100_000: CALL}), content_type=JSON))[1]

    assert len(error) < 250


def test_a_value_at_the_top_goes_before_one_below(post):
    assert post("", json={**CALL, "data": {"cost": "99"}}).json["cost"] == "12.50"


TWO = "the URL has two ?: write & before its second part"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/8005550142/7205550134?notes=x?cost=12.50", f"Missing or Invalid Cost: {TWO}"),
        ("/8005550142/7205550134?notes=x?Cost=12.50&a=b", f"Missing or Invalid Cost: {TWO}"),
        ("/8005550142/7205550134??cost=12.50", f"Missing or Invalid Cost: {TWO}"),
        ("/8005550142/7205550134?cost=12.50?notes=x", f"Invalid Cost: 12.50?notes=x: {TWO}"),
        ("/8005550142?cost=12.50&cid=7205550134?notes=x", f"Invalid CID: 7205550134?notes=x: {TWO}"),
        ("/8005550142/7205550134?notes=who?", "Missing or Invalid Cost"),
        ("/8005550142/7205550134?notes=at what cost?", "Missing or Invalid Cost"),
    ],
)
def test_a_url_with_two_question_marks_is_told_so(dialer, post, path, error):
    assert refusal(post(path)) == (400, error)
    assert dialer.costs() == ()


def test_a_question_in_the_notes_is_text(post):
    assert post("/8005550142/7205550134?cost=1&notes=x?cost=2").json["inserted"]["notes"] == "x?cost=2"
