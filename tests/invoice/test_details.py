"""The differences as a file for a spreadsheet, which calculates nothing that came from outside."""

from openpyxl import load_workbook

from tests.invoice.exports import row


def test_the_details_as_a_workbook_hold_no_formulas(reconcile, tmp_path):
    path = tmp_path / "details.xlsx"

    reconcile([row('=HYPERLINK("x")\x0b')], "--details", str(path))

    _, first, *_ = load_workbook(path).worksheets[0].iter_rows(values_only=True)
    assert first[3] == '\'=HYPERLINK("x")'
    assert first[8] == 12.5


def test_the_details_as_csv_hold_no_formulas(reconcile):
    result = reconcile([row("=1+1")])

    assert result.findings[0]["call_id"] == "'=1+1"
