"""API keys: which id and secret are valid, and what is noted of their use."""

from datetime import datetime, timedelta

import pymysql
import pytest

from tests.access.answers import INVALID
from tests.calls import PATH
from tests.conftest import SECRET


@pytest.mark.parametrize(
    "api_id", ["0", "-1", "1.0", "1e3", "abc", "0x1", "²", "9" * 10, "9" * 11, "9" * 5_000, "1 OR 1=1", "1;", "1_0"]
)
@pytest.mark.parametrize("place", ["headers", "json"])
def test_an_api_id_that_is_not_a_known_number_is_invalid(send, key, place, api_id):
    assert send(**{place: {"cost": 1, **key, "tld-api-id": api_id}}) == INVALID


@pytest.mark.parametrize("value", [True, False, [], ["1"], {}, {"a": 1}], ids=repr)
@pytest.mark.parametrize("name", ["api_id", "api_key"])
def test_a_credential_that_is_not_text_is_invalid(send, key, name, value):
    credentials = {"api_id": key["tld-api-id"], "api_key": SECRET, name: value}

    assert send(json={"cost": 1, **credentials}) == INVALID


@pytest.mark.parametrize("secret", ["wrong", SECRET + "x", SECRET[:-1], SECRET.upper(), "\u00fc"])
def test_a_wrong_key_is_invalid(send, key, secret):
    assert send({**key, "tld-api-key": secret}) == INVALID


def test_a_stored_hash_is_no_key(dialer, send, key):
    stored = dialer.execute("SELECT key_hash FROM api_keys").fetchone()["key_hash"]

    assert send({**key, "tld-api-key": stored}) == INVALID


def test_half_a_surrogate_is_an_invalid_key(send, key):
    assert send(json={"api_id": key["tld-api-id"], "api_key": "\ud800"}) == INVALID


def test_unknown_wrong_and_disabled_keys_get_the_same_answer(dialer, client, key):
    unknown = client.post(PATH, headers={**key, "tld-api-id": "999999"})
    wrong = client.post(PATH, headers={**key, "tld-api-key": "wrong"})
    dialer.execute("UPDATE api_keys SET enabled = 0")
    disabled = client.post(PATH, headers=key)

    assert {(answer.status_code, answer.data) for answer in (unknown, wrong, disabled)} == {
        (401, b'{"error":"Invalid API ID or Key"}\n')
    }


def last_used(dialer):
    return dialer.execute("SELECT last_used FROM api_keys").fetchone()["last_used"]


def test_a_use_of_the_key_is_noted_and_a_failure_is_not(dialer, send, key):
    send({**key, "tld-api-key": "wrong"})
    before = last_used(dialer)
    send(key)

    (now,) = dialer.execute("SELECT UTC_TIMESTAMP() AS now").fetchone().values()
    assert before is None
    assert abs(last_used(dialer) - now) < timedelta(seconds=5)


def test_a_use_within_the_same_minute_is_not_noted_again(dialer, send, key):
    dialer.execute("UPDATE api_keys SET last_used = UTC_TIMESTAMP() - INTERVAL 30 SECOND")
    noted = last_used(dialer)
    send(key)
    recent = last_used(dialer)
    dialer.execute("UPDATE api_keys SET last_used = '2024-03-05 14:21:09'")
    send(key)

    assert recent == noted
    assert last_used(dialer) > datetime(2024, 3, 6)


def test_a_key_with_an_unknown_time_zone_bills_nothing(dialer, send, create_key):
    assert send(create_key(time_zone="Mars/Olympus"))[0] != 200
    assert dialer.costs() == ()


def failed(dialer):
    return dialer.execute("SELECT failed, failed_from FROM api_keys").fetchone()


def test_a_wrong_key_is_seen_at_the_id_that_was_claimed(dialer, send, key):
    send({**key, "tld-api-key": "wrong"}, address="203.0.113.7")

    (now,) = dialer.execute("SELECT UTC_TIMESTAMP() AS now").fetchone().values()
    assert abs(failed(dialer)["failed"] - now) < timedelta(seconds=5)
    assert failed(dialer)["failed_from"] == "203.0.113.7"


@pytest.mark.parametrize("address", ["", "fe80::1%" + "x" * 60, "2001:db8:ffff:ffff:ffff:ffff:255.255.255.255"])
def test_any_address_fits_into_the_place_of_a_failure(dialer, send, key, address):
    assert send({**key, "tld-api-key": "wrong"}, address=address) == INVALID
    assert failed(dialer)["failed"]


def test_a_failure_within_the_same_minute_is_not_noted_again(dialer, send, key):
    dialer.execute("UPDATE api_keys SET failed = UTC_TIMESTAMP() - INTERVAL 30 SECOND, failed_from = '192.0.2.1'")
    send({**key, "tld-api-key": "wrong"})
    recent = failed(dialer)["failed_from"]
    dialer.execute("UPDATE api_keys SET failed = '2024-03-05 14:21:09'")
    send({**key, "tld-api-key": "wrong"})

    assert (recent, failed(dialer)["failed_from"]) == ("192.0.2.1", "127.0.0.1")


def test_an_unknown_id_leaves_no_trace(dialer, send, key):
    before = dialer.execute("SELECT * FROM api_keys").fetchall()

    for api_id in ("999999", "x", "-1"):
        send({**key, "tld-api-id": api_id})

    assert dialer.execute("SELECT * FROM api_keys").fetchall() == before
    assert dialer.execute("SELECT * FROM deliveries").fetchall() == ()


def test_the_use_of_a_disabled_key_is_a_failure(dialer, send, key):
    dialer.execute("UPDATE api_keys SET enabled = 0")

    assert send(key) == INVALID
    assert failed(dialer)["failed"]


def test_a_right_key_and_two_question_marks_are_no_failure(dialer, send, key):
    send(query_string=f"api_id={key['tld-api-id']}&api_key={SECRET}?cost=1")

    assert failed(dialer) == {"failed": None, "failed_from": None}


@pytest.mark.slow
def test_a_failure_that_cannot_be_noted_is_answered_as_one(dialer, send, key, monkeypatch):
    def refuse(*args):
        raise pymysql.err.OperationalError(1205, "lock wait")

    monkeypatch.setattr("ingress.database.queries.update_api_key_failed", refuse)

    assert send({**key, "tld-api-key": "wrong"}) == INVALID
