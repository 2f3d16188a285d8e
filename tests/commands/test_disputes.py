"""`ingress disputes`: what a vendor is to answer, of an invoice or of the costs that came in."""

import csv
import json

import pytest
from openpyxl import load_workbook

from ingress.commands import disputed, output
from tests.invoice.exports import as_csv, row
from tests.vicidial import both_dialers

MARCH = ("--from", "2024-03-01", "--to", "2024-03-31")
LATER = "2024-03-15T14:21:09Z"


@pytest.fixture
def dispute(app, tmp_path):
    """Run `disputes` on rows, or on what came in; returns the result, its `found` read back from JSON."""

    def run(export, *options):
        arguments = ["disputes", *options]
        if export is not None:
            path = tmp_path / "ringba.csv"
            path.write_text(as_csv(export), newline="")
            arguments.insert(1, str(path))
        result = app.test_cli_runner().invoke(args=arguments)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        lines = result.stdout.splitlines()
        result.found = [json.loads(line) for line in lines if line.startswith("{")]
        return result

    return run


def list_reasons(result):
    return [(found["call_id"], found["reason"], found["disputed"]) for found in result.found]


@pytest.fixture
def dispute_file(dispute, api_id):
    return lambda rows, *options: dispute(rows, "--key", api_id, *options)


@pytest.fixture
def log_call(dialer):
    """Log a call of so many seconds."""

    def log_call(call_date="2024-03-05 14:21:50", seconds=300, **others):
        dialer.add_call(call_date, **others)
        dialer.set_talk(seconds, call_date)

    return log_call


class TestOfAnInvoice:
    def test_an_invoice_that_agrees_leaves_nothing_to_answer(self, dispute_file, receive, log_call):
        log_call()
        receive("RGB1")

        result = dispute_file([row("RGB1")])

        assert (result.exit_code, result.found) == (0, [])

    @both_dialers
    def test_each_reason_is_told_with_what_speaks_for_it(self, dispute_file, receive, log_call):
        log_call()
        log_call("2024-03-15 14:21:09", seconds=34)
        receive("RGB1")
        receive("RGB2", call_date=LATER)
        rows = [
            row("RGB1", cost="15.00"),
            row("RGB2", call_date="2024-03-15 14:21:09"),
            row("RGB2", call_date="2024-03-15 14:21:09"),
            row("RGB3", cid="7205550199"),
        ]

        result = dispute_file(rows, "--min-seconds", "90", "--repeat-within", "30d")

        assert result.exit_code == 1
        assert list_reasons(result) == [
            ("RGB2", "billed twice", "12.5000"),
            ("RGB3", "no call in the call log", "12.5000"),
            ("RGB2", "call too short", "12.5000"),
            ("RGB1", "another amount than received", "2.5000"),
        ]
        twice, _, short, amount = result.found
        assert twice["remark"].startswith("billed before: row 3, call RGB2, cost ")
        assert twice["also"] == "call too short"
        assert (short["also"], short["remark"]) == ("repeat caller within 30 days", "34 s, less than 90")
        assert amount["remark"] == "received: 12.50"
        assert amount["call_date"] == "2024-03-05 14:21:09+00:00"

    def test_a_repeat_names_the_earlier_call_even_of_another_did(self, dispute_file, receive, log_call):
        log_call("2024-02-20 14:21:09")
        log_call()
        earlier = receive("RGB0", call_date="2024-02-20T14:21:09Z")
        receive("RGB1")

        result = dispute_file([row("RGB1")], "--repeat-within", "14d")

        assert list_reasons(result) == [("RGB1", "repeat caller within 14 days", "12.5000")]
        assert result.found[0]["remark"] == f"called before: call RGB0, cost {earlier}, of 2024-02-20 14:21:09+00:00"

    def test_rows_outside_of_the_period_are_only_earlier_calls(self, dispute_file, receive, log_call):
        cost_ids = []
        for day in (4, 5, 6):
            log_call(f"2024-03-0{day} 14:21:09")
            cost_ids.append(receive(f"RGB{day}", call_date=f"2024-03-0{day}T14:21:09Z"))
        rows = [row(f"RGB{day}", call_date=f"2024-03-0{day} 14:21:09") for day in (4, 5, 6)]
        fifth = ("--from", "2024-03-05", "--to", "2024-03-05")

        result = dispute_file(rows, "--repeat-within", "30d", *fifth)

        (found,) = result.found
        assert found["call_id"] == "RGB5"
        assert found["remark"] == f"called before: row 2, call RGB4, cost {cost_ids[0]}, of 2024-03-04 14:21:09+00:00"

    @pytest.mark.parametrize("within", ["13d", "0d"])
    def test_a_caller_who_called_longer_ago_is_no_repeat(self, dispute_file, receive, log_call, within):
        log_call("2024-02-20 14:21:09")
        log_call()
        receive("RGB0", call_date="2024-02-20T14:21:09Z")
        receive("RGB1")

        assert dispute_file([row("RGB1")], "--repeat-within", within).found == []

    def test_a_row_is_no_repeat_of_the_cost_that_it_only_just_misses(self, dispute_file, receive, log_call):
        log_call("2024-03-05 08:21:09")
        log_call()
        receive("RGB0", call_date="2024-03-05T08:21:09Z")

        assert dispute_file([row("")], "--repeat-within", "30d").found == []

    @both_dialers
    def test_two_rows_of_one_call_are_disputed_once(self, dispute_file, log_call):
        log_call()

        result = dispute_file([row("RGB1"), row("RGB2", call_date="2024-03-05 14:31:09")])

        assert list_reasons(result) == [("RGB2", "billed twice", "12.5000")]
        assert "Only 0 of 2 calls of the file agree" in result.stderr

    def test_a_credit_settles_what_it_covers(self, dispute_file, receive, log_call):
        log_call()
        receive("RGB1")
        rows = [row("RGB1"), row("RGB1"), row("RGB1"), row("RGB1", cost="-17.50")]

        result = dispute_file(rows)

        assert [(found["row"], found["disputed"]) for found in result.found] == [(4, "7.5000")]

    def test_rows_that_bill_nothing_are_no_disputes(self, dispute_file, receive, log_call):
        receive("RGB1")

        assert dispute_file([row("RGB1", cost="0"), row("RGB1", cost="0")], "--min-seconds", "90").found == []


class TestOfAPeriod:
    @both_dialers
    def test_each_reason_is_told_of_the_costs_that_came_in(self, dispute, receive, log_call):
        log_call()
        log_call("2024-03-15 14:21:09", seconds=34)
        first = receive("RGB1")
        receive("RGB1", cost="15.00")
        receive("RGB2", call_date=LATER)
        receive("RGB3", call_date="2024-03-15T14:22:09Z")
        receive("RGB4", cid="7205550199")

        result = dispute(None, *MARCH, "--min-seconds", "90", "--repeat-within", "30d")

        assert result.exit_code == 1
        assert list_reasons(result) == [
            ("RGB3", "billed twice", "12.5000"),
            ("RGB4", "no call in the call log", "12.5000"),
            ("RGB2", "call too short", "12.5000"),
            ("RGB1", "another amount than at first", "2.5000"),
        ]
        twice, missing, short, raised = result.found
        assert "call RGB2" in twice["remark"]
        assert (twice["vendor_id"], missing["vendor_id"], missing["row"]) == (14962, None, None)
        assert short["also"] == "repeat caller within 30 days"
        assert (raised["cost_id"], raised["billed"], raised["remark"]) == (int(first), "15.0000", "at first: 12.50")

    @both_dialers
    @pytest.mark.parametrize("is_logged", [True, False])
    def test_two_costs_of_one_call_are_told_even_without_their_deliveries(
        self, dispute, receive, log_call, dialer, is_logged
    ):
        log_call()
        log_call("2024-03-05 19:30:00")
        first = receive("RGB1")
        receive("RGB2", call_date="2024-03-05T19:21:09Z")
        receive("RGB3", call_date="2024-03-05T15:21:09Z")
        if not is_logged:
            dialer.execute("DELETE FROM deliveries")

        (twice,) = dispute(None, *MARCH).found

        assert (twice["reason"], twice["disputed"]) == ("billed twice", "12.5000")
        assert f"cost {first}," in twice["remark"]

    def test_a_cancelled_cost_is_no_dispute_and_no_earlier_call(self, dispute, receive, log_call):
        log_call()
        receive("RGB1", cid="7205550199")
        receive("RGB1", cid="7205550199", cost="0")
        receive("RGB2")
        receive("RGB2", cost="0")
        log_call("2024-03-15 14:21:09")
        receive("RGB3", call_date=LATER)

        assert dispute(None, *MARCH, "--repeat-within", "30d").found == []

    def test_an_amount_that_was_lowered_or_changed_by_hand_is_none(self, dispute, receive, log_call, app):
        log_call()
        receive("RGB1")
        cost_id = receive("RGB1", cost="10.00")
        by_hand = ["costs", "correct", str(cost_id), "--cost", "20", "--reason", "agreed"]
        assert app.test_cli_runner().invoke(args=by_hand).exit_code == 0

        assert dispute(None, *MARCH).found == []

    def test_of_a_raise_only_what_a_person_has_left_is_disputed(self, dispute, receive, log_call, app):
        log_call()
        receive("RGB1")
        cost_id = receive("RGB1", cost="20.00")
        by_hand = ["costs", "correct", str(cost_id), "--cost", "15", "--reason", "agreed"]
        assert app.test_cli_runner().invoke(args=by_hand).exit_code == 0

        assert list_reasons(dispute(None, *MARCH)) == [("RGB1", "another amount than at first", "2.5000")]

    def test_costs_of_other_days_are_not_disputed(self, dispute, receive):
        receive("RGB1", call_date="2024-02-29T23:59:59Z")
        receive("RGB2", call_date="2024-04-01T00:00:00Z")

        assert dispute(None, *MARCH).found == []

    def test_each_key_answers_for_its_own_costs(self, dispute, receive, create_key, client, key):
        receive("RGB1")
        other = create_key(name="retreaver")
        key.update(other)
        receive("RTV1")

        everyone, one = dispute(None, *MARCH), dispute(None, *MARCH, "--key", "retreaver")

        assert [(found["vendor"], found["call_id"]) for found in everyone.found] == [
            ("test", "RGB1"),
            ("retreaver", "RTV1"),
        ]
        assert [found["call_id"] for found in one.found] == ["RTV1"]


class TestOutput:
    def test_a_terminal_shows_the_first_as_a_table_and_how_many_more(self, dispute, receive, monkeypatch):
        for number in range(3):
            receive(f"RGB{number}", cid=f"720555019{number}")
        monkeypatch.setattr(disputed, "SHOWN_DISPUTES", 2)
        for module in (disputed, output):
            monkeypatch.setattr(module, "wants_json", lambda as_json: as_json)

        result = dispute(None, *MARCH)

        header, first, second = result.stdout.splitlines()
        assert header.split()[:3] == ["vendor", "reason", "row"]
        assert ("RGB0" in first, "RGB1" in second) == (True, True)
        assert "and 1 more: --output writes all" in result.stderr
        assert "for calls of 2024-03-01 to 2024-03-31: 3" in result.stderr

    def test_a_workbook_has_a_summary_and_a_sheet_for_each_vendor(self, dispute, receive, create_key, key, tmp_path):
        receive("=RGB1")
        key.update(create_key(name="a/very:long*name?of[a]vendor\\beyond Excel"))
        receive("RTV1")
        path = tmp_path / "disputes.xlsx"

        result = dispute(None, *MARCH, "--output", str(path))

        workbook = load_workbook(path)
        assert workbook.sheetnames == ["Summary", "test", "a very long name of a vendor be"]
        assert [cell.value for cell in list(workbook["Summary"])[-1]] == ["All", None, 2, 25, 25]
        sheet = workbook["test"]
        names = [cell.value for cell in sheet[1]]
        cells = dict(zip(names, sheet[2], strict=True))
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:O2")
        assert cells["call_id"].value == "'=RGB1"
        assert (cells["did"].value, cells["cid"].value) == ("8005550142", "7205550134")
        assert str(cells["call_date"].value) == "2024-03-05 14:21:09"
        assert cells["call_date"].number_format.endswith('"+00:00"')
        assert (cells["billed"].value, cells["billed"].number_format) == (12.5, "#,##0.00##")
        assert "Disputed charges for calls of 2024-03-01 to 2024-03-31: 2" in result.stdout

    def test_a_csv_file_has_them_all_in_one_table(self, dispute, receive, tmp_path):
        receive("RGB1")
        path = tmp_path / "disputes.csv"

        dispute(None, *MARCH, "--output", str(path))

        with path.open(encoding="utf-8-sig", newline="") as file:
            (found,) = csv.DictReader(file)
        assert (found["vendor"], found["cid"], found["disputed"]) == ("test", "7205550134", "12.5000")
        assert found["call_date"] == "2024-03-05 14:21:09+00:00"

    def test_a_file_is_left_as_it_was_when_the_command_fails(self, dispute, tmp_path, broken_connection):
        path = tmp_path / "disputes.csv"
        path.write_text("of last month")
        broken_connection()

        result = dispute(None, *MARCH, "--output", str(path))

        assert result.exit_code == 2
        assert "TLDialer Connection Error" in result.output
        assert [each.name for each in tmp_path.iterdir() if "disputes" in each.name] == ["disputes.csv"]
        assert path.read_text() == "of last month"


class TestCannotRun:
    @pytest.mark.parametrize(
        ("options", "reason"),
        [
            ((), "Name the FILE of an invoice, or the days"),
            (("--from", "2024-03-01"), "Name the FILE of an invoice, or the days"),
            (("--from", "2024-03-31", "--to", "2024-03-01"), "--from is later than --to"),
            ((*MARCH, "--key", "nobody"), "There is no key nobody"),
            ((*MARCH, "--vendor", "--map", "cost=Price"), "--map, --vendor says how a file is read"),
            ((*MARCH, "--output", "disputes.pdf"), "must end in .csv or .xlsx"),
            ((*MARCH, "--output", "/nowhere/disputes.csv"), "No such file"),
            ((*MARCH, "--output", "disputes.csv", "--json"), "use one of them"),
            ((*MARCH, "--repeat-within", "30"), "30"),
        ],
    )
    def test_wrong_options_have_exit_code_two_and_a_reason(self, dispute, options, reason):
        result = dispute(None, *options)

        assert result.exit_code == 2
        assert reason in result.output

    def test_an_invoice_needs_the_key_that_it_is_of(self, dispute):
        result = dispute([row()])

        assert result.exit_code == 2
        assert "--key must say which key" in result.output
