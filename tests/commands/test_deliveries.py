"""`deliveries` as it is typed: whose deliveries, since when, one by either of its ids, and what is refused."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.calls import CALL


@pytest.fixture
def deliveries(app):
    """Run `ingress deliveries` and return its result."""
    return lambda *arguments: app.test_cli_runner().invoke(args=["deliveries", *map(str, arguments)])


@pytest.fixture
def listed(deliveries):
    """The ids of the deliveries that these filters find."""
    return lambda *filters: [
        json.loads(line)["delivery_id"] for line in deliveries("list", *filters).stdout.splitlines()
    ]


def receive_at(dialer, log, ages):
    """Give the deliveries these ages, newest last; return their ids."""
    for row, age in zip(log(), ages, strict=True):
        received = datetime.now(UTC).replace(tzinfo=None) - age
        dialer.execute("UPDATE deliveries SET received = %s WHERE delivery_id = %s", received, row["delivery_id"])
    return [row["delivery_id"] for row in log()]


def test_deliveries_are_listed_by_the_name_of_their_key(client, create_key, listed):
    ids = {}
    for name in ("ringba", "retreaver"):
        client.post("/api/ingress/calls/inbound/billable", headers=create_key(name=name), json={})
        ids[name] = listed()[0]

    assert listed("--key", "Ringba") == [ids["ringba"]]
    assert listed("--key", "retreaver") == [ids["retreaver"]]


def test_deliveries_are_listed_since_a_day_or_for_a_while(post, dialer, log, listed):
    for _ in range(3):
        post(json={})
    month, day, now = receive_at(dialer, log, [timedelta(days=30), timedelta(hours=20), timedelta(0)])

    assert listed() == [now, day, month]
    assert listed("--since", "1d") == [now, day]
    assert listed("--since", "1h 30m") == [now]
    assert listed("--since", (datetime.now(UTC) - timedelta(days=30)).date()) == [now, day, month]
    assert listed("--until", (datetime.now(UTC) - timedelta(days=29)).date()) == [month]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--at-most", "-1"], "--at-most"),
        (["--at-most", "0"], "--at-most"),
        (["--since", "yesterday"], "yesterday is not a length of time such as 7d, 12h or 90m. Nor is it a day"),
        (["--since", "2026-02-30"], "2026-02-30 is not a day"),
        (["--since", "7"], "7 has no unit: write 7d for days"),
        (["--until", "tomorrow"], "--until: Not a valid date"),
        (["--since", "2026-03-05", "--until", "2026-03-04"], "--until: This is before the first day"),
        (["--did", "0003"], "--did: Not a North American number"),
        (["--cid", "x"], "--cid: Not a North American number"),
        (["--request-id", "x"], "--request-id: 32 hexadecimal digits"),
        (["--outcome", "odd"], "--outcome"),
    ],
)
def test_a_wrong_filter_is_named_by_its_option(deliveries, options, named):
    result = deliveries("list", *options)

    assert (result.exit_code, result.stdout) == (2, "")
    assert named in result.output
    assert "Traceback" not in result.output


def test_a_delivery_is_shown_by_its_id_or_its_request_id(post, log, deliveries):
    request_id = post(json=CALL).headers["X-Request-ID"]

    shown = deliveries("show", log()[0]["delivery_id"]).stdout

    assert json.loads(shown)["request_id"] == request_id
    assert deliveries("show", request_id).stdout == shown


def test_a_delivery_is_replayed_by_its_request_id(post, dialer, deliveries):
    request_id = post(json={"cost": "free"}).headers["X-Request-ID"]

    result = deliveries("replay", request_id, "--set", "cost=12.50")

    assert json.loads(result.stdout)["cost"] == "12.50"
    assert len(dialer.costs()) == 1


@pytest.mark.parametrize(("wanted", "code"), [("999999", 1), ("f" * 32, 1), ("x", 2), ("-1", 2), ("9" * 21, 2)])
@pytest.mark.parametrize("command", ["show", "replay"])
def test_a_delivery_that_is_not_there_is_refused(deliveries, command, wanted, code):
    result = deliveries(command, "--", wanted)

    assert (result.exit_code, result.stdout) == (code, "")
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("change", "reason"),
    [("cost", "cost must look like NAME=VALUE, as in cost=12.50"), ("price=1", "price is none of")],
)
def test_a_wrong_change_is_refused_before_anything_is_replayed(post, dialer, log, deliveries, change, reason):
    post(json={"cost": "free"})

    result = deliveries("replay", log()[0]["delivery_id"], "--set", change)

    assert result.exit_code == 2
    assert reason in result.output
    assert dialer.costs() == ()
