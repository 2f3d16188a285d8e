"""What a sender hears while the database is away, with and without a spool, and what is never kept."""

import json
import time
from pathlib import Path

import pytest

from ingress import create_app
from ingress.access import key_cache, key_secrets
from ingress.config import SettingsError, read_settings
from ingress.spool import file, queue
from ingress.spool.file import SpoolFile
from tests.calls import CALL, PATH
from tests.conftest import SECRET

AWAY = (503, {"error": "TLDialer Connection Error"})


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """It is always later than the door needs not ask the database."""
    monkeypatch.setattr(key_cache, "KEY_SECONDS", 0)


@pytest.fixture
def app(dialer, spool_folder):
    return create_app()


@pytest.fixture
def kept(app):
    """What is in the spool."""
    return lambda: app.extensions["spool"].list_all()


@pytest.fixture
def known(post, dialer):
    """The key has been used, so this process knows it."""
    assert post(json={**CALL, "cost": "1"}).status_code == 200
    dialer.execute("DELETE FROM call_costs")
    dialer.execute("DELETE FROM deliveries")


def answer(response):
    return response.status_code, response.json


def test_a_request_of_a_known_key_is_kept_and_answered_202(known, post, outage, kept):
    outage.begin()

    response = post(json=CALL)

    (entry,) = kept()
    assert answer(response) == (
        202,
        {
            "spooled": entry.request_id,
            "error": "TLDialer Connection Error: kept, will be billed when the database is back",
        },
    )
    assert list(response.json) == ["spooled", "error"]
    assert response.headers["X-Request-ID"] == entry.request_id
    assert "Retry-After" not in response.headers
    assert json.loads(entry.sent)["body"] == [["cost", "12.5"], ["call_date", "2024-03-05T14:21:09Z"]]


def test_a_service_without_a_spool_answers_the_documented_503(dialer, key, monkeypatch, broken_connection):
    monkeypatch.delenv("INGRESS_SPOOL", raising=False)
    client = create_app().test_client()
    client.post(PATH, headers=key, json=CALL)
    client.application.extensions["database"].kept.connection.close()
    broken_connection()

    response = client.post(PATH, headers=key, json=CALL)

    assert answer(response) == AWAY
    assert "Retry-After" in response.headers


def test_a_request_is_kept_when_billing_loses_the_database(known, post, dialer, kept, monkeypatch):
    monkeypatch.setattr("ingress.database.pool.REQUEST_SECONDS", 0.2)
    lead_id = dialer.add_call()
    dialer.connection.begin()
    dialer.execute("SELECT cost FROM leads WHERE lead_id = %s FOR UPDATE", lead_id)

    response = post(json=CALL)
    dialer.connection.rollback()

    assert response.status_code == 202
    assert len(kept()) == 1


def test_a_request_is_kept_when_the_database_is_not_ready(known, app, post, kept, monkeypatch):
    monkeypatch.setattr(app.extensions["database"].hosts.current, "faults", ["table leads is MyISAM"])

    assert post(json=CALL).status_code == 202
    assert len(kept()) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"tld-api-key": "wrong"}, {"tld-api-id": "999999"}],
    ids=["key", "id"],
)
def test_wrong_credentials_are_never_kept(known, post, outage, kept, wrong):
    outage.begin()

    assert answer(post(json=CALL, headers=wrong)) == AWAY
    assert kept() == []


def test_a_key_that_this_process_has_never_seen_is_not_kept(post, outage, kept):
    outage.begin()

    assert answer(post(json=CALL)) == AWAY
    assert kept() == []


def test_missing_credentials_are_answered_as_usual(known, client, outage):
    outage.begin()

    assert client.post(PATH, json=CALL).status_code == 401


def test_a_key_last_known_as_disabled_is_not_kept(post, dialer, outage, kept):
    assert post(json=CALL).status_code == 200
    dialer.execute("UPDATE api_keys SET enabled = 0")
    assert post(json=CALL).status_code == 401
    outage.begin()

    assert answer(post(json=CALL)) == AWAY
    assert kept() == []


def test_a_rotated_secret_is_not_kept_and_the_new_one_is(post, dialer, outage, kept):
    assert post(json=CALL).status_code == 200
    dialer.execute("UPDATE api_keys SET key_hash = %s", key_secrets.hash_secret("new"))
    assert post(json=CALL).status_code == 401
    outage.begin()

    assert answer(post(json=CALL)) == AWAY
    assert post(json=CALL, headers={"tld-api-key": "new"}).status_code == 202


def test_a_key_whose_row_is_gone_is_not_kept(post, dialer, outage):
    assert post(json=CALL).status_code == 200
    dialer.execute("DELETE FROM api_keys")
    assert post(json=CALL).status_code == 401
    outage.begin()

    assert answer(post(json=CALL)) == AWAY


def test_a_key_is_known_for_a_day(known, post, outage, monkeypatch):
    outage.begin()
    now = time.monotonic()

    monkeypatch.setattr(key_cache.time, "monotonic", lambda: now + 23 * 3600)
    assert post(json=CALL).status_code == 202
    monkeypatch.setattr(key_cache.time, "monotonic", lambda: now + 25 * 3600)
    assert answer(post(json=CALL)) == AWAY


def test_the_number_of_known_keys_is_limited(create_key, client, outage, monkeypatch):
    monkeypatch.setattr(key_cache, "CACHED_KEYS", 2)
    senders = [create_key() for _ in range(3)]
    for key in senders:
        client.post(PATH, headers=key, json=CALL)
    outage.begin()

    statuses = [client.post(PATH, headers=key, json=CALL).status_code for key in senders]

    assert statuses == [503, 202, 202]


@pytest.mark.parametrize(
    ("protection", "error"),
    [
        ({"endpoints": "/elsewhere"}, "This API is Not Allowed to Access this Endpoint"),
        ({"ip_addresses": "203.0.113.8"}, "This API is Not Allowed from this IP Address: 127.0.0.1"),
    ],
)
def test_a_known_keys_protections_hold(create_key, client, outage, kept, protection, error):
    key = create_key(**protection)
    client.post(PATH, headers=key, json=CALL)
    outage.begin()

    response = client.post(PATH, headers=key, json=CALL)

    assert answer(response) == (403, {"error": error})
    assert kept() == []


@pytest.mark.parametrize(
    ("request_", "error"),
    [
        ({"json": {**CALL, "cost": "free"}}, "Invalid Cost"),
        ({"json": {**CALL, "did": "0003"}}, "Invalid DID"),
        ({"json": {"call_date": "yesterday", "cost": 1}}, "Invalid Call Date"),
        ({"data": "{", "content_type": "application/json"}, "Invalid JSON Body"),
    ],
)
def test_an_invalid_request_is_refused_at_once(known, post, outage, kept, request_, error):
    outage.begin()

    response = post(**request_)

    assert response.status_code == 400
    assert response.json["error"].startswith(error)
    assert kept() == []


def test_a_dry_run_is_not_kept(known, post, outage, kept):
    outage.begin()

    assert answer(post(json={**CALL, "dry_run": "1"})) == AWAY
    assert kept() == []


def test_the_database_is_not_asked_again_for_the_log(app, known, post, outage):
    outage.begin()

    post(json={**CALL, "cost": "free"})
    post(json=CALL)

    assert app.extensions["database"].hosts.current.failures == 2


def test_a_full_spool_is_the_documented_503(known, post, outage, kept, monkeypatch, caplog):
    monkeypatch.setattr(queue, "ROWS_LIMIT", 1)
    outage.begin()
    post(json=CALL)

    response = post(json=CALL)

    assert answer(response) == AWAY
    assert "Retry-After" in response.headers
    assert "it is full with 1" in caplog.text
    assert len(kept()) == 1


def test_a_full_disk_is_the_documented_503(known, post, outage, kept, monkeypatch):
    monkeypatch.setattr(file, "BYTES_LIMIT", 64 * 1024)
    outage.begin()

    responses = [post(json={**CALL, "notes": "x" * 20_000}) for _ in range(4)]

    statuses = [response.status_code for response in responses]
    assert statuses == sorted(statuses)
    assert answer(responses[-1]) == AWAY
    assert len(kept()) == statuses.count(202) > 0


def test_a_folder_that_cannot_be_written_is_the_documented_503(known, post, outage, spool_folder, caplog):
    spool_folder.write_text("not a folder")
    spool_folder.chmod(0o600)
    outage.begin()

    assert answer(post(json=CALL)) == AWAY
    assert "is not kept" in caplog.text


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {**CALL, "api_key": SECRET}},
        {"json": {**CALL, "note": f"my key is {SECRET}"}},
        {"data": {**CALL, "apikey": SECRET}},
        {"query_string": {**CALL, "tld-api-key": SECRET}},
    ],
    ids=["json", "elsewhere", "form", "query"],
)
def test_no_secret_is_on_the_disk(known, post, outage, kept, spool_folder, request_):
    outage.begin()

    assert post(**request_).status_code == 202

    assert len(kept()) == 1
    for path in spool_folder.iterdir():
        assert SECRET.encode() not in path.read_bytes()


def test_a_billed_request_never_opens_the_spool(known, post, monkeypatch):
    monkeypatch.delattr(SpoolFile, "open")

    assert post(json=CALL).status_code == 200
    assert post(json={**CALL, "cost": "free"}).status_code == 400


@pytest.mark.parametrize(("value", "folder"), [("", None), ("/srv/spool", Path("/srv/spool"))])
def test_the_setting_is_an_absolute_folder_or_blank(monkeypatch, value, folder):
    monkeypatch.setenv("INGRESS_SPOOL", value)

    assert read_settings()["SPOOL"] == folder


def test_a_relative_folder_stops_the_start(monkeypatch):
    monkeypatch.setenv("INGRESS_SPOOL", "spool")

    with pytest.raises(SettingsError, match="INGRESS_SPOOL: Must be an absolute path"):
        read_settings()


def test_readyz_counts_what_waits_when_the_database_answers(client):
    response = client.get("/readyz")

    assert answer(response) == (200, {"status": "ready", "spool": {"depth": 0, "age": 0, "failing": 0}})


def test_readyz_counts_what_waits_when_the_database_is_away(known, client, post, outage):
    outage.begin()
    post(json=CALL)

    status, said = answer(client.get("/readyz"))

    assert (status, said["error"]) == (503, "TLDialer Connection Error")
    assert (said["spool"]["depth"], said["spool"]["failing"]) == (1, 0)


def test_readyz_names_a_fault_of_the_spool(client, spool_folder):
    spool_folder.mkdir(mode=0o755)

    status, said = answer(client.get("/readyz"))

    assert (status, said["status"]) == (200, "ready, but the spool can take nothing")
    assert "chmod 700" in said["spool"]["fault"]


def test_readyz_names_a_disk_without_room_and_still_counts_what_waits(known, client, post, outage, monkeypatch):
    outage.begin()
    post(json=CALL)
    outage.end()
    monkeypatch.setattr(file, "ROOM_BYTES", 1 << 60)

    status, said = answer(client.get("/readyz"))

    assert (status, said["status"]) == (200, "ready, but the spool can take nothing")
    assert said["spool"]["depth"] == 1
    assert said["spool"]["fault"]
