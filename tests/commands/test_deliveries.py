"""`deliveries` as it is typed: whose deliveries, since when, one by either of its ids, and what is refused."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from ingress.commands import asking, found_deliveries
from ingress.commands.delivery_filters import read_asked
from ingress.errors import TLDialerConnectionError
from tests.calls import CALL


@pytest.fixture
def deliveries(app):
    """Run `ingress deliveries` and return its result."""

    def run(*arguments, **options):
        return app.test_cli_runner().invoke(args=["deliveries", *map(str, arguments)], **options)

    return run


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


@pytest.fixture
def three_refused(post, dialer, log):
    """The ids of three deliveries that were refused for their cost; the second is an hour old and of another caller."""
    for cid in ("7205550134", "7205550199", "7205550134"):
        post(path=f"/8005550142/{cid}", json={**CALL, "cost": "free"})
    return receive_at(dialer, log, [timedelta(minutes=3), timedelta(hours=1), timedelta(0)])


def answers(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_several_deliveries_are_replayed_one_after_the_other(deliveries, dialer, three_refused):
    first, second, _ = three_refused

    result = deliveries("replay", first, second, "--set", "cost=12.50")

    assert result.exit_code == 0
    assert [answer["delivery_id"] for answer in answers(result)] == [first, second]
    assert [str(cost["cost"]) for cost in dialer.costs()] == ["12.5000", "12.5000"]


def test_all_deliveries_of_a_filter_are_replayed_oldest_first(deliveries, dialer, three_refused):
    result = deliveries("replay", "--cid", "7205550134", "--since", "1d", "--set", "cost=12.50", "--yes")

    assert result.exit_code == 0
    assert "2 deliveries match the filters.\n" in result.stderr
    assert [answer["delivery_id"] for answer in answers(result)] == [three_refused[0], three_refused[2]]
    assert [cost["call_from"] for cost in dialer.costs()] == ["7205550134"]  # both told of one call


def test_a_dry_run_bills_nothing_and_leaves_the_deliveries_as_they_are(deliveries, dialer, log, three_refused):
    result = deliveries("replay", "--outcome", "refused", "--set", "cost=12.50", "--dry-run")

    assert [answer["cost_id"] for answer in answers(result)] == [None, None, None]
    assert dialer.costs() == ()
    assert [row["outcome"] for row in log()] == ["refused"] * 3 + ["dry_run"] * 3
    assert deliveries("replay", "--outcome", "refused", "--set", "cost=12.50", "--yes").exit_code == 0
    assert len(dialer.costs()) == 2


def test_a_delivery_that_is_refused_again_does_not_keep_others_from_it(deliveries, dialer, post, log, three_refused):
    post(path="", json={**CALL, "cid": "7205550134"})
    dialer.execute("UPDATE deliveries SET received = received - INTERVAL 2 DAY WHERE error LIKE '%%DID%%'")

    result = deliveries("replay", "--since", "7d", "--set", "cost=12.50", "--yes")

    errors = [answer.get("error") for answer in answers(result)]
    assert (result.exit_code, errors) == (1, [None, None, None, "Missing or Invalid DID"])
    assert "Error: 1 of 4 are refused." in result.stderr
    assert len(dialer.costs()) == 2


def test_what_was_billed_is_not_meant_by_a_filter(deliveries, post, dialer, log):
    post(json=CALL)

    assert deliveries("replay", "--since", "1d", "--yes").stdout == ""
    assert deliveries("replay", log()[0]["delivery_id"]).exit_code == 0
    assert len(dialer.costs()) == 1


def test_the_end_of_the_database_ends_it(deliveries, dialer, three_refused, monkeypatch):
    def away(*args):
        raise TLDialerConnectionError

    monkeypatch.setattr("ingress.commands.replaying.replay", away)

    result = deliveries("replay", *three_refused)

    assert (result.exit_code, result.stdout) == (1, "")
    assert "TLDialer Connection Error" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["1", "--outcome", "refused"], ["--set", "cost=1"], ["--since", "1"]])
def test_it_must_be_said_which_deliveries_are_meant(deliveries, dialer, three_refused, arguments):
    assert deliveries("replay", *arguments).exit_code == 2
    assert dialer.costs() == ()


def test_a_filter_needs_a_yes(deliveries, dialer, three_refused, monkeypatch):
    unasked = deliveries("replay", "--since", "1d", "--set", "cost=1")
    monkeypatch.setattr(asking, "is_terminal", lambda: True)
    refused = deliveries("replay", "--since", "1d", "--set", "cost=1", input="n\n")

    assert (unasked.exit_code, refused.exit_code) == (2, 1)
    assert "add --yes" in unasked.stderr
    assert "Replay them with cost? [y/N]" in refused.stderr
    assert dialer.costs() == ()


def test_more_deliveries_than_one_statement_lists_are_all_found(app, dialer, three_refused, monkeypatch):
    monkeypatch.setattr(found_deliveries, "LISTED_AT_ONCE", 1)

    with app.app_context():
        filters = read_asked(dialer.connection, outcome="refused")
        found = [each.delivery_id for each in found_deliveries.list_all_deliveries(dialer.connection, filters)]

    assert sorted(found) == three_refused
