"""The platform's invoice against what came in: every way in which they can differ, to the last digit."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pymysql
import pytest

from ingress.database import queries
from tests.invoice.exports import row
from tests.vicidial import both_dialers


def kinds(result):
    return [finding["finding"] for finding in result.findings]


@both_dialers
def test_a_row_that_was_never_received_is_reported(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")

    result = reconcile([row("RGB1"), row("RGB2", call_date="2024-03-05 15:00:00", cost="$1,234.50")])

    assert result.exit_code == 1
    (finding,) = result.findings
    assert finding["finding"] == "billed, but never received"
    assert (finding["row"], finding["call_id"], finding["difference"]) == ("3", "RGB2", "1234.5000")


@both_dialers
def test_a_cost_that_is_not_on_the_invoice_is_reported(reconcile, receive, dialer):
    dialer.add_call()
    cost_id = receive("RGB9", cid="7205550199")
    receive("RGB1")

    result = reconcile([row("RGB1")])

    (finding,) = result.findings
    assert finding["finding"] == "received, but not on the invoice"
    assert (finding["cost_id"], finding["call_id"], finding["difference"]) == (cost_id, "RGB9", "-12.5000")


@both_dialers
def test_another_amount_is_reported_to_the_last_digit(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1", cost="12.5001")

    result = reconcile([row("RGB1", cost="12.50")])

    (finding,) = result.findings
    assert finding["finding"] == "another amount than received"
    assert (finding["invoice_cost"], finding["received_cost"]) == ("12.5000", "12.5001")
    assert finding["difference"] == "-0.0001"


def test_a_call_billed_twice_is_recognised_by_its_id(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")

    result = reconcile([row("RGB1"), row("RGB1", call_date="2024-03-05 14:25:00")])

    assert kinds(result) == ["billed twice"]
    assert result.findings[0]["row"] == "3"


def test_a_call_billed_twice_is_recognised_without_ids(reconcile, receive, dialer):
    dialer.add_call()
    receive()

    assert kinds(reconcile([row(""), row("")])) == ["billed twice"]


def test_two_calls_of_one_minute_that_both_came_in_are_two(reconcile, receive, dialer):
    dialer.add_call()
    receive(call_date="2024-03-05T14:21:09Z")
    receive(call_date="2024-03-05T14:21:50Z")

    assert reconcile([row("", call_date="2024-03-05 14:21"), row("", call_date="2024-03-05 14:21")]).exit_code == 0


@both_dialers
def test_a_call_that_is_not_in_the_call_log_is_reported(reconcile, receive):
    receive("RGB1")

    assert kinds(reconcile([row("RGB1")])) == ["no call in the call log"]


@both_dialers
def test_a_call_that_was_too_short_is_reported(reconcile, receive, dialer):
    dialer.add_call()
    dialer.set_talk(89)
    receive("RGB1")

    assert kinds(reconcile([row("RGB1")], "--min-seconds", "90")) == ["call too short"]
    assert kinds(reconcile([row("RGB1")], "--min-seconds", "89")) == []


def test_adjustments_are_reported_and_counted(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")

    result = reconcile([row("RGB1"), row("RGB1", cost="(2.50)"), row("RGB1", cost="-$1.00")])

    assert kinds(result) == ["adjustment below zero"] * 2
    assert [finding["difference"] for finding in result.findings] == ["-2.5000", "-1.0000"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"cid": "anonymous"}, "Invalid CID: anonymous in column 'Caller ID': a phone number has no letters"),
        ({"did": ""}, "Missing or Invalid DID: column 'Target Number' is empty"),
        ({"cost": "12.5x"}, "Invalid Cost: 12.5x in column 'Payout': not a plain amount such as 12.50"),
        (
            {"call_date": "2024-13-05"},
            "Invalid Call Date: 2024-13-05 in column 'Call Date': month must be in 1..12",
        ),
        ({"call_date": ""}, "Invalid Call Date: the row does not say when"),
    ],
)
def test_an_unreadable_row_is_reported_with_the_reason(reconcile, dialer, bad, reason):
    result = reconcile([row("RGB2", **bad)], "--from", "2024-03-05", "--to", "2024-03-05")

    assert [(finding["finding"], finding["remark"]) for finding in result.findings] == [("could not be read", reason)]


def test_an_unreadable_number_does_not_matter_where_the_id_matches(reconcile, receive, dialer):
    receive("RGB1")

    assert reconcile([row("RGB1", cid="anonymous")]).exit_code == 0


@pytest.mark.parametrize("cost", ["0", "$0.00", "", "--", "null"])
def test_a_row_that_bills_nothing_is_no_difference(reconcile, receive, dialer, cost):
    assert reconcile([row("RGB1", cost=cost)]).exit_code == 0


def test_a_row_of_zero_differs_for_a_call_that_cost_something(reconcile, receive, dialer):
    receive("RGB1")

    assert kinds(reconcile([row("RGB1", cost="0")])) == ["another amount than received"]


class TestMatching:
    def test_the_id_may_be_in_the_notes(self, reconcile, receive, dialer):
        dialer.add_call()
        receive(notes="RGB1", call_date="2024-03-05T09:00:00Z")

        assert reconcile([row("RGB1")]).exit_code == 0

    def test_the_notes_suffice_when_the_delivery_log_is_pruned(self, reconcile, receive, dialer):
        dialer.add_call()
        receive("RGB1", notes="RGB1", call_date="2024-03-05T09:00:00Z")
        dialer.execute("DELETE FROM deliveries")

        assert reconcile([row("RGB1")]).exit_code == 0

    @pytest.mark.parametrize("call_date", ["2024-03-05 14:21", "2024-03-05 14:26:09", "2024-03-05 14:16:09"])
    def test_pair_and_time_suffice_within_the_tolerance(self, reconcile, receive, dialer, call_date):
        dialer.add_call()
        receive()

        assert reconcile([row("", call_date=call_date)]).exit_code == 0

    def test_pair_and_time_do_not_suffice_beyond_the_tolerance(self, reconcile, receive):
        receive()

        result = reconcile([row("", call_date="2024-03-05 14:26:10")])

        assert kinds(result)[:2] == ["billed, but never received", "received, but not on the invoice"]
        assert "same caller and amount within a day" in result.findings[0]["remark"]
        assert "1 of those never received may be" in result.output

    def test_the_tolerance_can_be_set(self, reconcile, receive, dialer):
        dialer.add_call()
        receive()

        assert reconcile([row("", call_date="2024-03-05 14:26:10")], "--tolerance", "6m").exit_code == 0

    def test_each_cost_is_matched_once_and_the_nearest_first(self, reconcile, receive, dialer):
        dialer.add_call()
        receive(call_date="2024-03-05T14:21:00Z", cost="1")
        receive(call_date="2024-03-05T14:24:00Z", cost="2")

        result = reconcile(
            [
                row("", cost="2", call_date="2024-03-05 14:24:30"),
                row("", cost="1", call_date="2024-03-05 14:20:30"),
                row("", cost="3", call_date="2024-03-05 14:22:00"),
            ]
        )

        assert [(finding["finding"], finding["row"]) for finding in result.findings] == [
            ("billed, but never received", "4")
        ]

    def test_a_row_with_only_a_day_matches_any_time_of_it(self, reconcile, receive, dialer):
        dialer.add_call()
        receive()

        assert reconcile([row("", call_date="3/5/2024")]).exit_code == 0

    @both_dialers
    def test_a_delivery_without_a_call_date_is_found_by_its_call(self, reconcile, receive, dialer):
        now = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
        called = now - timedelta(hours=1)
        dialer.add_call(called)
        receive(call_date=None)

        assert reconcile([row("", call_date=str(called))], "--to", str(now.date())).exit_code == 0

    def test_a_naive_time_is_read_in_the_keys_zone(self, reconcile, receive, dialer):
        dialer.add_call()
        dialer.execute("UPDATE api_keys SET time_zone = 'America/New_York'")
        receive()

        assert reconcile([row("", call_date="2024-03-05 09:21:09")]).exit_code == 0

    def test_the_file_may_be_in_another_zone(self, reconcile, receive, dialer):
        dialer.add_call()
        receive()

        assert (
            reconcile([row("", call_date="3/5/2024 6:21:09 AM")], "--time-zone", "America/Los_Angeles").exit_code == 0
        )


def test_costs_of_other_keys_and_methods_do_not_count(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")
    receive("RGB8", cid="7205550188")
    receive("RGB9", cid="7205550199")
    dialer.execute("UPDATE call_costs SET method_id = method_id + 1 WHERE call_from = '7205550188'")
    dialer.execute("UPDATE call_costs SET method = 'manual' WHERE call_from = '7205550199'")

    assert reconcile([row("RGB1")]).exit_code == 0


@pytest.fixture(params=[False, True], ids=["one batch", "many batches"])
def batches(request, monkeypatch):
    """As few calls as these fit into one batch of each kind; a million do not."""
    sizes = {"received.COST_BATCH": 7, "received.KEY_BATCH": 3, "calls.SEARCH_BATCH": 5}
    for name, size in sizes.items() if request.param else ():
        monkeypatch.setattr(f"ingress.invoice.{name}", size)


@both_dialers
def test_the_findings_add_up_to_the_difference_exactly(reconcile, receive, dialer, batches):
    dice = random.Random(7)
    dialer.add_call()
    rows = []
    for number in range(60):
        called = datetime(2024, 3, 1) + timedelta(minutes=97 * number)
        cid = f"72055501{number % 7:02}"
        came, billed = (f"{dice.randrange(1, 10**6) / 10**4:.4f}" for _ in range(2))
        fate = dice.choice(["same", "same", "other", "lost", "extra", "twice", "credit", "bad"])
        call_id = f"RGB{number}" if number % 3 else ""
        if fate not in ("lost", "bad"):
            receive(call_id or None, came, f"{called.isoformat()}Z", cid)
        if fate != "extra":
            cost = {"other": billed, "bad": "1x2", "credit": f"-{billed}"}.get(fate, came)
            rows += [row(call_id, cost, str(called), cid)] * (2 if fate == "twice" else 1)

    result = reconcile(rows)

    figures = [line.split()[-1].replace(",", "") for line in result.output.splitlines()[2:5]]
    invoiced, received, difference = map(Decimal, figures)
    assert invoiced == sum(Decimal(cost) for *_, cost in rows if "x" not in cost)
    assert received == sum(cost["cost"] for cost in dialer.costs())
    assert difference == invoiced - received
    assert difference == sum(Decimal(finding["difference"]) for finding in result.findings)
    assert len(set(kinds(result))) > 5


def test_calls_are_looked_up_one_by_one_where_finding_them_with_the_costs_takes_too_long(
    reconcile, receive, dialer, monkeypatch
):
    def list_costs(connection, **values):
        if values["with_calls"]:
            raise pymysql.OperationalError(1969, "max_statement_time exceeded")
        return queries.list_costs(connection, **values)

    dialer.add_call()
    receive("RGB1")
    receive("RGB2", cid="7205550199")
    monkeypatch.setattr("ingress.invoice.received.CALLS_SECONDS", 0.1)
    slow = SimpleNamespace(**{**vars(queries), "list_costs": list_costs})
    monkeypatch.setattr("ingress.invoice.received.queries", slow)

    result = reconcile([row("RGB1"), row("RGB2", cid="7205550199")])

    assert [(finding["finding"], finding["row"]) for finding in result.findings] == [("no call in the call log", "3")]
