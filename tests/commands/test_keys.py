"""`keys` as it is typed: what a new key is told to do, and how it is listed."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from ingress.database import queries
from tests.conftest import URL


@pytest.fixture
def keys(app):
    """Run `ingress keys` and return its result."""
    return lambda *arguments: app.test_cli_runner().invoke(args=["keys", *arguments])


@pytest.fixture
def listed(keys):
    """The keys as they are listed."""
    return lambda: [json.loads(line) for line in keys("list").stdout.splitlines()]


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
    made = json.loads(keys("create", "--name", "ringba", *options).stdout)
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
    made = json.loads(keys("create", "--name", "ringba").stdout)
    before = listed()[0]

    client.post(URL, headers={"tld-api-id": str(made["api_id"]), "tld-api-key": "wrong"})

    after = listed()[0]
    assert (before["failed"], before["failed_from"]) == (None, None)
    assert after["failed"][:2] == "20"
    assert after["failed_from"] == "127.0.0.1"


@pytest.fixture
def made(keys):
    """Make a key with these options; its id and secret."""
    return lambda *options: json.loads(keys("create", *options).stdout)


BILLABLE = "/api/ingress/calls/inbound/billable*"


def show(keys, key):
    return json.loads(keys("show", str(key)).stdout)


def test_a_key_is_shown_by_its_id_and_by_its_name(keys, made):
    api_id = made("--name", "Ringba", "--endpoint", BILLABLE, "--ip", "203.0.113.0/24")["api_id"]

    shown = show(keys, api_id)

    assert shown == show(keys, "ringba") == show(keys, " Ringba ")
    assert (shown["api_id"], shown["endpoints"], shown["ip_addresses"]) == (api_id, [BILLABLE], "203.0.113.0/24")
    assert (shown["old_until"], shown["enabled"]) == (None, True)


def test_no_command_shows_a_secret_or_its_hash(keys, made, dialer):
    made("--name", "ringba")
    rotated = json.loads(keys("rotate", "ringba", "--keep-old", "7d").stdout)
    hashes = dialer.execute("SELECT key_hash, old_key_hash FROM api_keys").fetchone().values()

    shown = keys("list").output + keys("show", "ringba").output + keys("edit", "ringba", "--name", "x").output

    assert not any(secret in shown for secret in (*hashes, rotated["api_key"]))


@pytest.mark.parametrize("command", ["show", "disable", "enable", "rotate", "edit"])
def test_a_key_that_does_not_exist_is_refused_by_each_command(keys, made, command):
    made("--name", "ringba")

    result = keys(command, "retreaver", *(["--name", "x"] if command == "edit" else []))

    assert (result.exit_code, result.stdout) == (1, "")
    assert "There is no key retreaver: see `ingress keys list`." in result.output


def test_a_name_that_two_keys_have_is_refused_with_their_ids(keys, made):
    ids = [made("--name", "ringba")["api_id"], made("--name", "RINGBA")["api_id"]]

    result = keys("disable", "ringba")

    assert result.exit_code == 1
    assert f"More than one key is called ringba: {ids[0]}, {ids[1]}. Use the id." in result.output
    assert [key["enabled"] for key in map(json.loads, keys("list").stdout.splitlines())] == [True, True]


@pytest.mark.parametrize("name", ["310", "", "  ", "x" * 101, "a\nb"])
def test_a_name_by_which_a_key_could_not_be_found_is_refused(keys, listed, name):
    assert keys("create", "--name", name).exit_code == 2
    assert listed() == []


def test_a_second_key_of_a_name_is_warned_of(keys, made):
    first = made("--name", "ringba", "--endpoint", BILLABLE)["api_id"]

    second = keys("create", "--name", "Ringba", "--endpoint", BILLABLE)

    assert second.exit_code == 0
    assert second.stderr == f"Warning: key {first} is called Ringba too: commands take such keys by their ids only.\n"


@pytest.mark.parametrize("endpoints", [(), ("*",), ("/*",), ("*/*",), ("/api/x", "**")])
def test_a_key_for_every_endpoint_is_warned_of(keys, endpoints):
    options = [option for endpoint in endpoints for option in ("--endpoint", endpoint)]

    assert "Warning: this key may call every endpoint" in keys("create", "--name", "ringba", *options).stderr


def test_other_keys_are_not_warned_of(keys):
    assert keys("create", "--name", "ringba", "--endpoint", BILLABLE).stderr == ""
    assert keys("create", "--name", "root", "--endpoint", "/", "--endpoint", "*/", "--endpoint", "/*/x").stderr == ""
    assert keys("create", "--name", "ann", "--admin").stderr == ""


def test_a_key_is_edited_one_value_at_a_time(keys, made):
    made("--name", "ringba", "--endpoint", BILLABLE, "--ip", "203.0.113.7", "--time-zone", "America/New_York")
    before = show(keys, "ringba")

    keys("edit", "ringba", "--ip", "198.51.100.0/24", "--ip", "2001:db8::/32", "--on-change", "refuse")
    edited = show(keys, "ringba")
    keys("edit", "ringba", "--ip", "", "--time-zone", "", "--name", "ringba old", "--sender", "callrail")

    assert edited == before | {"ip_addresses": "198.51.100.0/24,2001:db8::/32", "on_change": "refuse"}
    cleared = {"ip_addresses": None, "time_zone": None, "name": "ringba old", "sender": "callrail"}
    assert show(keys, "ringba old") == edited | cleared


def test_an_edit_shows_the_key_and_warns_as_create_does(keys, made):
    made("--name", "ringba", "--endpoint", BILLABLE)

    result = keys("edit", "ringba", "--endpoint", "")

    assert json.loads(result.stdout)["endpoints"] == []
    assert "Warning: this key may call every endpoint" in result.stderr


@pytest.mark.parametrize(
    "options", [[], ["--sender", "nobody"], ["--time-zone", "Mars"], ["--ip", "x"], ["--endpoint", "https://x/"]]
)
def test_a_wrong_edit_changes_nothing(keys, made, options):
    made("--name", "ringba")
    before = show(keys, "ringba")

    assert keys("edit", "ringba", *options).exit_code == 2
    assert show(keys, "ringba") == before


def test_a_disabled_key_is_enabled_again(keys, made, client):
    key = made("--name", "ringba")
    headers = {"tld-api-id": str(key["api_id"]), "tld-api-key": key["api_key"]}

    disabled = keys("disable", "ringba").output
    refused = client.post(URL + "/8005550142/7205550134", headers=headers, json={"cost": 1}).status_code
    enabled = keys("enable", "ringba").output
    accepted = client.post(URL + "/8005550142/7205550134", headers=headers, json={"cost": 1}).status_code

    assert disabled == f"Key {key['api_id']} (ringba) is disabled.\n"
    assert enabled == f"Key {key['api_id']} (ringba) is enabled.\n"
    assert (refused, accepted) == (401, 200)


def test_a_rotation_keeps_the_old_secret_as_long_as_it_says(keys, made, client, dialer):
    old = made("--name", "ringba")

    result = keys("rotate", "ringba", "--keep-old", "7d")

    new, shown = json.loads(result.stdout), show(keys, "ringba")
    until = datetime.fromisoformat(shown["old_until"])
    assert abs(until - datetime.now(UTC).replace(tzinfo=None) - timedelta(days=7)) < timedelta(seconds=10)
    assert result.stderr == f"The old secret passes until {until} (UTC).\n"
    for key in (old, new):
        headers = {"tld-api-id": str(key["api_id"]), "tld-api-key": key["api_key"]}
        assert client.post(URL + "/8005550142/7205550134", headers=headers, json={"cost": 1}).status_code == 200
    assert None not in (show(keys, "ringba")["last_used"], show(keys, "ringba")["old_last_used"])


def test_an_old_secret_can_be_ended_early(keys, made, dialer):
    made("--name", "ringba")
    keys("rotate", "ringba", "--keep-old", "7d")

    ended = json.loads(keys("edit", "ringba", "--end-old").stdout)["old_until"]

    assert datetime.fromisoformat(ended) <= datetime.now(UTC).replace(tzinfo=None)
    dialer.execute("UPDATE api_keys SET old_until = '2024-03-05 14:21:09'")
    assert json.loads(keys("edit", "ringba", "--end-old").stdout)["old_until"] == "2024-03-05 14:21:09"


def test_a_rotation_tells_that_an_older_secret_ends(keys, made):
    made("--name", "ringba")
    keys("rotate", "ringba", "--keep-old", "7d")
    until = show(keys, "ringba")["old_until"]

    result = keys("rotate", "ringba", "--keep-old", "1d")

    assert f"Warning: the one before it ends now, instead of at {until}." in result.stderr


def test_an_admin_key_keeps_no_old_secret(keys, made):
    made("--name", "ann", "--admin")

    result = keys("rotate", "ann", "--keep-old", "7d")

    assert (result.exit_code, result.stdout) == (1, "")
    assert keys("rotate", "ann").exit_code == 0


@pytest.mark.parametrize("duration", ["7", "-1d", "soon"])
def test_a_time_to_keep_a_secret_has_a_unit(keys, made, duration):
    made("--name", "ringba")

    assert keys("rotate", "ringba", "--keep-old", duration).exit_code == 2


def test_a_rotation_that_another_overtakes_changes_nothing(keys, made, monkeypatch, dialer):
    api_id = made("--name", "ringba")["api_id"]
    real = queries.find_api_key
    monkeypatch.setattr(queries, "find_api_key", lambda *args: real(*args)._replace(key_hash="0" * 64))
    before = dialer.execute("SELECT * FROM api_keys").fetchall()

    result = keys("rotate", "ringba", "--keep-old", "7d")

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"Key {api_id} (ringba) was rotated by another command at this moment." in result.output
    assert dialer.execute("SELECT * FROM api_keys").fetchall() == before
