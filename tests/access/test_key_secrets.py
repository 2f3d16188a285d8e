"""The two secrets of a key that is being rotated: both pass, each is seen apart, and the old one ends to the second."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ingress import create_app
from ingress.access import key_cache, key_secrets
from ingress.access.key_secrets import check_secret, hash_secret
from ingress.database import queries
from tests.access.answers import INVALID
from tests.calls import PATH
from tests.conftest import SECRET

NEW = "a-new-secret-for-tests"
ACCEPTED = (200, None)


@pytest.fixture
def rotate(dialer, key):
    """Give the key the secret NEW; the old one passes for so many seconds."""

    def rotate(seconds=3600, secret=NEW, expected=SECRET):
        until = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(seconds=seconds)
        values = {"expected_hash": hash_secret(expected), "key_hash": hash_secret(secret), "old_until": until}
        return queries.update_api_key_hash(dialer.connection, int(key["tld-api-id"]), **values)

    return rotate


@pytest.fixture
def send_with(send, key):
    """Send a good call with this secret of the key."""
    return lambda secret, **request: send({**key, "tld-api-key": secret}, **request)


def read_row(dialer):
    return dialer.execute("SELECT * FROM api_keys").fetchone()


def test_both_secrets_pass_until_the_old_one_ends(send_with, rotate):
    rotate()

    assert [send_with(secret) for secret in (NEW, SECRET, "other")] == [ACCEPTED, ACCEPTED, INVALID]


def test_a_rotation_that_keeps_nothing_ends_the_old_secret(send_with, rotate):
    rotate(seconds=0)

    assert [send_with(secret) for secret in (NEW, SECRET)] == [ACCEPTED, INVALID]


def test_a_disabled_key_passes_with_neither_secret(dialer, send_with, rotate):
    rotate()
    dialer.execute("UPDATE api_keys SET enabled = 0")

    assert [send_with(secret) for secret in (NEW, SECRET)] == [INVALID, INVALID]


def test_the_last_use_of_each_secret_is_noted_apart(dialer, send_with, rotate):
    send_with(SECRET)
    rotate()
    rotated = read_row(dialer)
    dialer.execute("UPDATE api_keys SET old_last_used = '2024-03-05 14:21:09'")
    send_with(SECRET)
    old_used = read_row(dialer)
    send_with(NEW)
    both_used = read_row(dialer)

    assert (rotated["last_used"], rotated["old_last_used"] > datetime(2024, 3, 6)) == (None, True)
    assert (old_used["last_used"], old_used["old_last_used"] > datetime(2024, 3, 6)) == (None, True)
    assert both_used["last_used"] > datetime(2024, 3, 6)


def test_a_use_that_a_rotation_overtakes_counts_for_the_old_secret(dialer, key, rotate):
    rotate()

    queries.update_api_key_last_used(
        dialer.connection, int(key["tld-api-id"]), hash_secret(SECRET), datetime(2024, 3, 5, 14, 21, 9)
    )

    row = read_row(dialer)
    assert (row["last_used"], row["old_last_used"]) == (None, datetime(2024, 3, 5, 14, 21, 9))


def test_of_two_rotations_at_once_one_succeeds(dialer, send_with, rotate):
    assert [rotate(secret=NEW), rotate(secret="late")] == [1, 0]
    assert [send_with(secret) for secret in (NEW, SECRET, "late")] == [ACCEPTED, ACCEPTED, INVALID]


def test_a_cached_key_knows_when_its_old_secret_ends(send_with, rotate, dialer, monkeypatch):
    monkeypatch.setattr(key_cache, "KEY_SECONDS", 3600)
    rotate()
    cached = send_with(SECRET)
    later = datetime.now(UTC) + timedelta(seconds=3601)

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return later

    monkeypatch.setattr("ingress.access.guards.datetime", Clock)

    assert (cached, send_with(SECRET), send_with(NEW)) == (ACCEPTED, INVALID, ACCEPTED)


@pytest.mark.parametrize(("seconds", "passes"), [(-1, True), (0, False), (1, False)])
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kolkata"])
def test_the_old_secret_ends_to_the_second_in_any_zone(dialer, monkeypatch, zone, seconds, passes):
    monkeypatch.setenv("TLDIALER_TIMEZONE", zone)
    until = datetime(2026, 3, 5, 14, 21, 9)
    key = queries.ApiKey(1, hash_secret(NEW), "", "v1", 1, "ingress", None, None, None, "correct", None)
    key = key._replace(old_key_hash=hash_secret(SECRET), old_until=until)

    with create_app().app_context():
        valid = check_secret(key, SECRET, until.replace(tzinfo=ZoneInfo(zone)) + timedelta(seconds=seconds))

    assert (valid is not None and valid.is_old_secret) is passes


def test_an_old_secret_that_has_ended_stays_so_when_the_clock_is_set_back(dialer, monkeypatch):
    monkeypatch.setenv("TLDIALER_TIMEZONE", "America/New_York")
    key = queries.ApiKey(1, hash_secret(NEW), "", "v1", 1, "ingress", None, None, None, "correct", None)
    key = key._replace(old_key_hash=hash_secret(SECRET), old_until=datetime(2026, 11, 1, 1, 30))
    ends = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)

    with create_app().app_context():
        passes = [check_secret(key, SECRET, ends + timedelta(minutes=minutes)) for minutes in (-1, 0, 40, 70)]

    assert [valid is not None for valid in passes] == [True, False, False, False]


@pytest.mark.parametrize("secret", [SECRET, NEW, "other"])
@pytest.mark.parametrize("key", [None, "plain", "rotated", "ended", "disabled"])
def test_each_check_compares_the_same_two_hashes(dialer, app, monkeypatch, key, secret):
    compared = []
    monkeypatch.setattr(key_secrets.hmac, "compare_digest", lambda *hashes: bool(compared.append(hashes)))
    plain = queries.ApiKey(1, hash_secret(NEW), "", "v1", 1, "ingress", None, None, None, "correct", None)
    keys = {
        "plain": plain,
        "rotated": plain._replace(old_key_hash=hash_secret(SECRET), old_until=datetime(2100, 1, 1)),
        "ended": plain._replace(old_key_hash=hash_secret(SECRET), old_until=datetime(2000, 1, 1)),
        "disabled": plain._replace(enabled=0),
    }

    with app.app_context():
        check_secret(keys.get(key), secret, datetime.now(UTC))

    assert [tuple(map(len, hashes)) for hashes in compared] == [(64, 64), (64, 64)]


def test_a_use_of_the_old_secret_is_in_the_log_with_its_end(send_with, rotate, dialer, key, caplog):
    rotate()
    send_with(SECRET)
    send_with(SECRET)

    until = read_row(dialer)["old_until"]
    told = [message for message in caplog.messages if "old secret" in message]
    assert told == [f"key {key['tld-api-id']} is still used with its old secret, which ends at {until}"]


def test_a_sender_whose_old_secret_has_ended_is_in_the_log(send_with, rotate, dialer, caplog):
    rotate(seconds=-60)
    send_with("other")
    silent = [message for message in caplog.messages if "old secret" in message]
    send_with(SECRET)

    assert silent == []
    assert re.search(r"key \d+ is still used with its old secret, which ended at 20", caplog.text)
    assert read_row(dialer)["failed"]


def test_a_change_reaches_a_key_that_was_noted_meanwhile(app):
    with app.app_context():
        cache = key_cache.KeyCache()
        key = queries.ApiKey(1, "", "", "v1", 1, "ingress", None, None, None, "correct", None)
        newer = key._replace(enabled=0)
        cache.store(newer)

        cache.replace(key, key._replace(last_used=datetime(2026, 3, 5)))

        assert cache.keys[1][0] is newer


def test_noting_a_use_does_not_prolong_a_key(app, monkeypatch):
    monkeypatch.setattr(key_cache, "KEY_SECONDS", 2)
    cache = key_cache.KeyCache()
    key = queries.ApiKey(1, "", "", "v1", 1, "ingress", None, None, None, "correct", None)
    cache.store(key)
    fresh_until = cache.keys[1][1]

    cache.replace(key, key._replace(last_used=datetime(2026, 3, 5)))

    assert cache.keys[1] == (key._replace(last_used=datetime(2026, 3, 5)), fresh_until)


def test_both_secrets_are_known_while_the_database_is_away(dialer, key, rotate, spool_folder, monkeypatch):
    rotate()
    app = create_app()
    client = app.test_client()
    headers = [{**key, "tld-api-key": secret} for secret in (NEW, SECRET, "other")]
    assert client.post(PATH, headers=headers[0], json={"cost": 1}).status_code == 200

    monkeypatch.setattr(key_cache, "KEY_SECONDS", 0)
    monkeypatch.setattr("ingress.database.pool.Database.run", refuse)
    answers = [client.post(PATH, headers=each, json={"cost": 1}).status_code for each in headers]

    assert answers == [202, 202, 503]


def refuse(*args, **kwargs):
    from ingress.errors import TLDialerConnectionError

    raise TLDialerConnectionError
