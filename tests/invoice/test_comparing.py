"""The platform's invoice against what came in: every way in which they can differ, to the last digit."""

import csv
import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from tests.invoice.exports import COLUMNS, as_csv, row


@pytest.fixture
def api_id(key):
    return key["tld-api-id"]


@pytest.fixture
def reconcile(app, api_id, tmp_path):
    """Compare rows, or the text of a file, with what came in; returns the result, its `findings` read back."""

    def run(export, *options):
        path = tmp_path / "export.csv"
        path.write_text(export if isinstance(export, str) else as_csv(export), newline="")
        details = tmp_path / "details.csv"
        arguments = ["reconcile", str(path), "--key", api_id, "--details", str(details), *options]
        result = app.test_cli_runner().invoke(args=arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        result.findings = []
        if details.exists():
            with details.open(encoding="utf-8-sig", newline="") as file:
                result.findings = list(csv.DictReader(file))
            details.unlink()
        return result

    return run


@pytest.fixture
def receive(post):
    """A call that came in by webhook."""

    def receive(call_id=None, cost="12.50", call_date="2024-03-05T14:21:09Z", cid="7205550134", **others):
        sent = {"cost": cost, "call_date": call_date, "idempotency_key": call_id, **others}
        answer = post(f"/8005550142/{cid}", json={name: value for name, value in sent.items() if value})
        assert answer.status_code == 200, answer.json
        return answer.json["cost_id"]

    return receive


def kinds(result):
    return [finding["finding"] for finding in result.findings]


def test_it_agrees_when_all_that_is_billed_came_in(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")

    result = reconcile([row("RGB1")])

    assert (result.exit_code, result.findings) == (0, [])
    assert "rows agree" in result.output


def test_what_never_came_is_told(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")

    result = reconcile([row("RGB1"), row("RGB2", call_date="2024-03-05 15:00:00", cost="$1,234.50")])

    assert result.exit_code == 1
    (finding,) = result.findings
    assert finding["finding"] == "billed, but never received"
    assert (finding["row"], finding["call_id"], finding["difference"]) == ("3", "RGB2", "1234.5000")


def test_what_is_not_on_the_invoice_is_told(reconcile, receive, dialer):
    dialer.add_call()
    cost_id = receive("RGB9", cid="7205550199")
    receive("RGB1")

    result = reconcile([row("RGB1")])

    (finding,) = result.findings
    assert finding["finding"] == "received, but not on the invoice"
    assert (finding["cost_id"], finding["call_id"], finding["difference"]) == (cost_id, "RGB9", "-12.5000")


def test_another_amount_is_told_to_the_last_digit(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1", cost="12.5001")

    result = reconcile([row("RGB1", cost="12.50")])

    (finding,) = result.findings
    assert finding["finding"] == "another amount than received"
    assert (finding["invoice_cost"], finding["received_cost"]) == ("12.5000", "12.5001")
    assert finding["difference"] == "-0.0001"


def test_a_call_billed_twice_is_told_by_its_id(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")

    result = reconcile([row("RGB1"), row("RGB1", call_date="2024-03-05 14:25:00")])

    assert kinds(result) == ["billed twice"]
    assert result.findings[0]["row"] == "3"


def test_a_call_billed_twice_is_told_without_ids(reconcile, receive, dialer):
    dialer.add_call()
    receive()

    assert kinds(reconcile([row(""), row("")])) == ["billed twice"]


def test_two_calls_of_one_minute_that_both_came_in_are_two(reconcile, receive, dialer):
    dialer.add_call()
    receive(call_date="2024-03-05T14:21:09Z")
    receive(call_date="2024-03-05T14:21:50Z")

    assert reconcile([row("", call_date="2024-03-05 14:21"), row("", call_date="2024-03-05 14:21")]).exit_code == 0


def test_a_call_that_the_log_does_not_have_is_told(reconcile, receive):
    receive("RGB1")

    assert kinds(reconcile([row("RGB1")])) == ["no call in the call log"]


def test_a_call_that_was_too_short_is_told(reconcile, receive, dialer):
    dialer.add_call()
    dialer.execute("UPDATE tldialer_call_log SET sec_talk = 89")
    receive("RGB1")

    assert kinds(reconcile([row("RGB1")], "--min-seconds", "90")) == ["call too short"]
    assert kinds(reconcile([row("RGB1")], "--min-seconds", "89")) == []


def test_adjustments_are_told_and_counted(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")

    result = reconcile([row("RGB1"), row("RGB1", cost="(2.50)"), row("RGB1", cost="-$1.00")])

    assert kinds(result) == ["adjustment below zero"] * 2
    assert [finding["difference"] for finding in result.findings] == ["-2.5000", "-1.0000"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"cid": "anonymous"}, "Invalid CID: anonymous: a phone number has no letters"),
        ({"did": ""}, "Missing or Invalid DID"),
        ({"cost": "12.5x"}, "Invalid Cost: 12.5x: not a plain amount such as 12.50"),
        (
            {"call_date": "13/05/2024"},
            "Invalid Call Date: 13/05/2024: not a date and time such as 2024-03-05T14:21:09Z",
        ),
        ({"call_date": ""}, "Invalid Call Date: the row does not say when"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_the_reason(reconcile, dialer, bad, reason):
    result = reconcile([row("RGB2", **bad)], "--from", "2024-03-05", "--to", "2024-03-05")

    assert [(finding["finding"], finding["remark"]) for finding in result.findings] == [("could not be read", reason)]


def test_an_unreadable_number_does_not_matter_where_the_id_tells(reconcile, receive, dialer):
    receive("RGB1")

    assert reconcile([row("RGB1", cid="anonymous")]).exit_code == 0


@pytest.mark.parametrize("cost", ["0", "$0.00", "", "--", "null"])
def test_a_row_that_bills_nothing_is_no_difference(reconcile, receive, dialer, cost):
    assert reconcile([row("RGB1", cost=cost)]).exit_code == 0


def test_a_row_of_zero_for_a_call_that_cost_something_is_one(reconcile, receive, dialer):
    receive("RGB1")

    assert kinds(reconcile([row("RGB1", cost="0")])) == ["another amount than received"]


class TestMatching:
    def test_the_id_may_stand_in_the_notes(self, reconcile, receive, dialer):
        dialer.add_call()
        receive(notes="RGB1", call_date="2024-03-05T09:00:00Z")

        assert reconcile([row("RGB1")]).exit_code == 0

    def test_the_notes_do_when_the_delivery_log_is_pruned(self, reconcile, receive, dialer):
        dialer.add_call()
        receive("RGB1", notes="RGB1", call_date="2024-03-05T09:00:00Z")
        dialer.execute("DELETE FROM deliveries")

        assert reconcile([row("RGB1")]).exit_code == 0

    @pytest.mark.parametrize("call_date", ["2024-03-05 14:21", "2024-03-05 14:26:09", "2024-03-05 14:16:09"])
    def test_pair_and_time_do_within_the_tolerance(self, reconcile, receive, dialer, call_date):
        dialer.add_call()
        receive()

        assert reconcile([row("", call_date=call_date)]).exit_code == 0

    def test_beyond_the_tolerance_they_do_not(self, reconcile, receive):
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


class TestPeriod:
    def test_a_row_outside_is_not_compared(self, reconcile, receive, dialer):
        dialer.add_call()
        receive("RGB1")
        rows = [row("RGB1"), row("RGB2", call_date="2024-03-06 00:00:00"), row("RGB3", call_date="2024-03-04 23:59:59")]

        assert reconcile(rows, "--from", "2024-03-05", "--to", "2024-03-05").exit_code == 0

    @pytest.mark.parametrize("came", ["2024-03-04T23:58:00Z", "2024-03-05T00:02:00Z"])
    def test_a_row_on_its_edge_finds_its_cost_beyond(self, reconcile, receive, dialer, came):
        dialer.add_call(came[:10])
        receive(call_date=came)
        rows = [row("", call_date="2024-03-05 00:00:10" if "04T" in came else "2024-03-04 23:59:50")]

        assert reconcile(rows, "--from", "2024-03-04", "--to", "2024-03-05").exit_code == 0
        assert reconcile(rows, "--from", "2024-03-05", "--to", "2024-03-05").exit_code == 0
        assert reconcile(rows, "--from", "2024-03-04", "--to", "2024-03-04").exit_code == 0


def test_costs_of_other_keys_and_other_methods_do_not_count(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")
    receive("RGB8", cid="7205550188")
    receive("RGB9", cid="7205550199")
    dialer.execute("UPDATE call_costs SET method_id = method_id + 1 WHERE call_from = '7205550188'")
    dialer.execute("UPDATE call_costs SET method = 'manual' WHERE call_from = '7205550199'")

    assert reconcile([row("RGB1")]).exit_code == 0


def test_rows_of_other_vendors_are_left_out(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")
    export = as_csv([(*row("RGB1"), "Acme"), (*row("RGB2"), "Other"), (*row("RGB3"), "")], (*COLUMNS, "Buyer"))

    result = reconcile(export, "--only", "buyer=acme")

    assert result.exit_code == 0
    assert "Left out by --only: 2" in result.output


@pytest.fixture(params=[False, True], ids=["one batch", "many batches"])
def batches(request, monkeypatch):
    """As few calls as these fit into one batch of each kind; a million do not."""
    sizes = {"received.COST_BATCH": 7, "received.KEY_BATCH": 3, "calls.SEARCH_BATCH": 5}
    for name, size in sizes.items() if request.param else ():
        monkeypatch.setattr(f"ingress.invoice.{name}", size)


def test_the_differences_add_up_to_the_difference_exactly(reconcile, receive, dialer, batches):
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


class TestReports:
    def test_the_html_report_tells_all_and_needs_nothing_else(self, reconcile, receive, tmp_path):
        receive("RGB9", cid="7205550199")
        page = tmp_path / "report.html"

        reconcile([row("<b>RGB1</b>", cost="1234.5")], "--html", str(page))

        text = page.read_text()
        assert "1,234.50" in text and "7205550199" in text and "<svg" in text
        assert "&lt;b&gt;RGB1" in text and "<b>RGB1" not in text
        assert "<script" not in text and "<link" not in text and 'src="' not in text

    def test_the_html_report_of_an_invoice_that_agrees_says_so(self, reconcile, receive, dialer, tmp_path):
        dialer.add_call()
        receive("RGB1")
        page = tmp_path / "report.html"

        reconcile([row("RGB1")], "--html", str(page))

        assert "The invoice agrees with what came in" in page.read_text()

    def test_the_details_may_be_a_workbook_whose_texts_are_no_formulas(self, reconcile, tmp_path):
        path = tmp_path / "details.xlsx"

        reconcile([row('=HYPERLINK("x")\x0b')], "--details", str(path))

        _, first, *_ = load_workbook(path).worksheets[0].iter_rows(values_only=True)
        assert first[3] == '\'=HYPERLINK("x")'
        assert first[8] == 12.5

    def test_the_details_as_csv_hold_no_formulas(self, reconcile):
        result = reconcile([row("=1+1")])

        assert result.findings[0]["call_id"] == "'=1+1"


class TestCannotRun:
    def test_a_column_that_is_missing_is_named_with_those_there_are(self, reconcile):
        result = reconcile("When,Caller ID,Payout\n2024-03-05,7205550134,1\n")

        assert result.exit_code == 2
        assert "no column known to be the did and no column known to be the call_date" in result.output
        assert "'When', 'Caller ID', 'Payout'" in result.output

    def test_a_mapped_column_that_is_missing_is_named(self, reconcile):
        result = reconcile([row()], "--map", "cost=Price")

        assert result.exit_code == 2
        assert "no column 'Price'" in result.output

    def test_a_column_that_stands_there_twice_is_named(self, reconcile):
        result = reconcile(as_csv([(*row(), "1")], (*COLUMNS, "payout")))

        assert result.exit_code == 2
        assert "'Payout' (cost) more than once" in result.output

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "its columns are: none"),
            (b"PK\x03\x04 not a workbook", "no readable workbook"),
            (b"\xd0\xcf\x11\xe0", "old or encrypted Excel"),
            (b"\x1f\x8b\x08", "gunzip"),
            (b"\xff\xfeC\x00a", "begins like utf-16, but is not"),
            (",".join(COLUMNS).encode() + b"\n", "no row of a call"),
            (as_csv([row()]).encode() + b'2024-03-05,"RGB2', "is broken at line 3"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_told_why(self, app, api_id, tmp_path, content, reason):
        path = tmp_path / "export"
        path.write_bytes(content)

        result = app.test_cli_runner().invoke(args=["reconcile", str(path), "--key", api_id])

        assert result.exit_code == 2
        assert reason in result.output

    @pytest.mark.parametrize(
        "options",
        [
            ["--key", "999999"],
            ["--map", "price=Payout"],
            ["--map", "cost"],
            ["--map", "cost='Payout"],
            ["--only", "=x"],
            ["--tolerance", "soon"],
            ["--did", "123"],
            ["--time-zone", "Mars"],
            ["--from", "yesterday"],
            ["--from", "2024-03-06", "--to", "2024-03-05"],
            ["--html", "/nowhere/report.html"],
        ],
    )
    def test_wrong_options_are_code_two(self, reconcile, options):
        assert reconcile([row()], *options).exit_code == 2

    def test_a_key_that_sends_no_costs_is_code_two(self, reconcile, dialer):
        dialer.execute("UPDATE api_keys SET scope = 'admin'")

        result = reconcile([row()])

        assert result.exit_code == 2
        assert "not one that sends costs" in result.output

    def test_a_database_that_is_away_is_code_two(self, reconcile, broken_connection):
        broken_connection()

        result = reconcile([row()])

        assert result.exit_code == 2
        assert "TLDialer Connection Error" in result.output
