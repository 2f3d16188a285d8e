"""What the commands say of how they read the file."""

import pytest
from openpyxl import Workbook

from tests.invoice.exports import COLUMNS, as_csv, row


def write_sheets(path, **sheets):
    workbook = Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        sheet.sheet_state = "hidden" if name == "Raw" else "visible"
        for cells in rows:
            sheet.append(cells)
    workbook.save(path)
    return path


@pytest.fixture
def run(app, api_id):
    def run(path, *options):
        return app.test_cli_runner().invoke(args=["reconcile", str(path), "--key", api_id, *options])

    return run


def test_all_sheets_are_read_and_named(run, tmp_path):
    path = write_sheets(
        tmp_path / "export.xlsx",
        Summary=[("Publisher", "Payout"), ("Acme", 25)],
        Calls=[("Letterhead",), COLUMNS, row("RGB1")],
        Raw=[COLUMNS, row("RGB2"), row("RGB3", cost="=E2*2")],
    )

    result = run(path, "--details", str(tmp_path / "details.csv"))

    assert "Read: sheet 'Calls', 1 rows." in result.output
    assert "Read: hidden sheet 'Raw', 2 rows." in result.output
    assert "Not read: sheet 'Summary': it has no column known to be the did" in result.output
    details = (tmp_path / "details.csv").read_text()
    assert "3 of Calls" in details
    assert "3 of Raw" in details
    assert "a formula without a stored value" in details


def test_a_returned_call_is_not_owed_and_said(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")

    result = reconcile(as_csv([(*row("RGB1"), "Returned - duplicate"), (*row("RGB2"), "OK")], (*COLUMNS, "Status")))

    assert "by column 'Status': Returned 1" in result.output
    (changed,) = [finding for finding in result.findings if finding["finding"] == "another amount than received"]
    assert changed["difference"] == "-12.5000"
    assert changed["remark"] == "not owed: Returned - duplicate in column 'Status'"


def test_a_status_can_be_left_out(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")

    result = reconcile(as_csv([(*row("RGB1"), "Returned")], (*COLUMNS, "Status")), "--map", "status=")

    assert result.exit_code == 0


def test_an_adjustment_is_added_to_the_cost(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")

    result = reconcile(as_csv([(*row("RGB1"), "(2.50)")], (*COLUMNS, "Adjustment")))

    assert "Column 'Adjustment' is added to 'Payout'" in result.output
    (changed,) = result.findings
    assert (changed["invoice_cost"], changed["difference"]) == ("10.0000", "-2.5000")


@pytest.mark.parametrize(
    ("texts", "note"),
    [
        (["3/5/2024"], "nothing in the file shows that 3/5/2024 is not day first"),
        (["25/2/2024"], "read day first, as 25/2/2024 shows"),
        (["25/2/2024", "2/25/2024"], "The file has both 25/2/2024 and 2/25/2024"),
    ],
)
def test_the_order_of_days_is_said(reconcile, texts, note):
    assert note in reconcile([row(call_date=text) for text in texts]).output


def test_a_date_that_fits_neither_way_raises_no_question(reconcile):
    assert "day first" not in reconcile([row(call_date="13/32/2024"), row()]).output


def test_an_order_that_is_shown_or_told_needs_no_note(reconcile):
    assert "month first" not in reconcile([row(call_date="2/25/2024")]).output
    assert "month first" not in reconcile([row(call_date="3/5/2024")], "--month-first").output


def test_the_advice_names_only_what_is_missing(reconcile):
    columns = ("Call Date", "Id", "Caller ID", "Agent", "Payout")

    output = reconcile(as_csv([row()], columns)).output

    assert "--map did=COLUMN" in output
    assert "--did NUMBER" in output
    assert "cost=" not in output
