"""The differences as a file for a spreadsheet, which calculates nothing that came from outside."""

from datetime import datetime

from openpyxl import load_workbook

from tests.invoice.exports import row


def test_the_details_as_a_workbook_hold_no_formulas(reconcile, tmp_path):
    path = tmp_path / "details.xlsx"

    reconcile([row('=HYPERLINK("x")\x0b')], "--details", str(path))

    _, first, *_ = load_workbook(path)["Details"].iter_rows(values_only=True)
    assert first[3] == '\'=HYPERLINK("x")'
    assert first[8] == 12.5


def test_the_details_as_csv_hold_no_formulas(reconcile):
    result = reconcile([row("=1+1")])

    assert result.findings[0]["call_id"] == "'=1+1"
    assert result.findings[0]["invoice_date"] == "2024-03-05 14:21:09"


def test_a_workbook_has_dates_money_filters_and_a_header_in_sight(reconcile, tmp_path):
    path = tmp_path / "details.xlsx"

    reconcile([row(), row("RGB2", call_date="2024-03-06", cost="0.0125")], "--details", str(path))

    sheet = load_workbook(path)["Details"]
    columns = dict(zip([cell.value for cell in sheet[1]], sheet.columns, strict=True))
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", f"A1:M{sheet.max_row}")
    assert all(cell.font.bold for cell in sheet[1])
    assert columns["invoice_date"][1].value == datetime(2024, 3, 5, 14, 21, 9)
    assert columns["invoice_date"][2].value == datetime(2024, 3, 6)
    formats = [cell.number_format for cell in columns["invoice_date"][1:3]]
    assert formats == ["yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"]
    assert columns["invoice_cost"][2].value == 0.0125
    assert columns["invoice_cost"][2].number_format == "#,##0.00##"
    assert sheet.column_dimensions["D"].width > 36  # a UUID


def test_the_first_sheet_of_a_workbook_sums_up(reconcile, receive, tmp_path):
    receive("RGB9", cid="7205550199")
    path = tmp_path / "details.xlsx"

    reconcile([row()], "--details", str(path))

    workbook = load_workbook(path)
    rows = {first: others for first, *others in workbook.worksheets[0].iter_rows(values_only=True)}
    assert workbook.active.title == "Summary"
    assert (rows["File"][0], rows["Invoice"][1]) == ("export.csv", 12.5)
    assert rows["Calls of"][0] == "2024-03-05 to 2024-03-05"
    assert rows["billed, but never received"] == [1, 12.5, 12.5]
    assert rows["received, but not on the invoice"] == [1, 12.5, -12.5]
    assert rows["Difference"] == [None, 0, None]


def test_a_sheet_that_is_full_goes_on_in_the_next(reconcile, tmp_path, monkeypatch):
    monkeypatch.setattr("ingress.invoice.workbooks.SHEET_ROWS", 2)
    path = tmp_path / "details.xlsx"

    reconcile([row(f"RGB{number}", cid="7205550199") for number in range(2)], "--details", str(path))

    workbook = load_workbook(path)
    assert workbook.sheetnames == ["Summary", "Details", "Details 2"]
    assert [sheet.max_row for sheet in workbook.worksheets[1:]] == [3, 3]
