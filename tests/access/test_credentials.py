"""Credentials: where they may stand, and which of several counts."""

import pytest

from tests.access.answers import INVALID, NO_ID, NO_KEY
from tests.conftest import SECRET

PARAMETERS = [("tld-api-id", "tld-api-key"), ("api_id", "api_key"), ("api", "apikey"), ("api", "tld-api-key")]


@pytest.mark.parametrize("names", PARAMETERS)
@pytest.mark.parametrize("place", ["query_string", "data", "json"])
def test_credentials_may_come_as_parameters(send, key, names, place):
    credentials = dict(zip(names, key.values(), strict=True))

    assert send(**{place: {"cost": 1, **credentials}}) == (200, None)


def test_an_api_id_may_be_a_json_integer(send, key):
    assert send(json={"cost": 1, "api_id": int(key["tld-api-id"]), "api_key": SECRET}) == (200, None)


def test_header_and_parameter_may_be_mixed(send, key):
    assert send({"tld-api-id": key["tld-api-id"]}, json={"cost": 1, "apikey": SECRET}) == (200, None)


def test_the_header_comes_before_the_parameter(send, key):
    wrong = {"cost": 1, "api_id": "1", "api_key": "wrong"}

    assert send(key, json=wrong) == (200, None)
    assert send({**key, "tld-api-key": "wrong"}, json={"cost": 1, "api_key": SECRET}) == INVALID


@pytest.mark.parametrize("blank", ["", " ", "[api]", "{{key}}"])
def test_a_blank_or_unfilled_header_gives_way_to_the_parameter(send, key, blank):
    headers = dict.fromkeys(key, blank)

    assert send(headers, json={"cost": 1, "api_id": key["tld-api-id"], "api_key": SECRET}) == (200, None)


@pytest.mark.parametrize(
    ("api_id", "secret", "expected"),
    [
        (None, None, NO_ID),
        (None, SECRET, NO_ID),
        ("", SECRET, NO_ID),
        (" ", SECRET, NO_ID),
        ("1", None, NO_KEY),
        ("1", "", NO_KEY),
        ("1", " ", NO_KEY),
    ],
)
@pytest.mark.parametrize("place", ["headers", "json", "data", "query_string"])
def test_both_id_and_key_are_needed(send, place, api_id, secret, expected):
    credentials = {"tld-api-id": api_id, "tld-api-key": secret}

    assert send(**{place: {name: value for name, value in credentials.items() if value is not None}}) == expected


@pytest.mark.parametrize("place", ["headers", "json"])
def test_an_unfilled_credential_is_absent_and_named(send, place):
    no_id = send(**{place: {"tld-api-id": "[Api:Id]", "tld-api-key": "{{key}}"}})
    no_key = send(**{place: {"tld-api-id": "1", "tld-api-key": "{{key}}"}})

    assert no_id == (401, "No API ID Provided: [Api:Id] was not filled in by the sender")
    assert no_key == (401, "No API Key Provided: {{key}} was not filled in by the sender")


def test_an_unfilled_credential_is_cut_in_the_error(send):
    status, error = send(data={"api": "1", "apikey": "[" + "x" * 100_000 + "]"})

    assert status == 401
    assert len(error) < 250


@pytest.mark.parametrize("name", ["api_id", "api_key"])
def test_a_credential_given_twice_is_invalid(send, key, name):
    credentials = f"api_id={key['tld-api-id']}&api_key={SECRET}&{name}=1"

    assert send(query_string=f"cost=1&{credentials}") == (401, "Invalid API ID or Key: given twice")


def test_a_missing_id_comes_before_a_key_given_twice(send):
    assert send(query_string="api_key=a&api_key=b") == NO_ID


def test_a_missing_key_comes_before_an_id_given_twice(send):
    assert send(query_string="api_id=1&api_id=2") == NO_KEY


@pytest.mark.parametrize("depth", [300, 600, 900])
def test_a_deeply_nested_credential_given_twice_is_invalid(send, depth):
    value = '{"a": ' * depth + "1" + "}" * depth

    response = send(data=f'{{"api": {value}, "api": {value}, "apikey": "x"}}', content_type="application/json")

    assert response[0] == 401
