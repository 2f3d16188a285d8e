"""The report of a comparison as one HTML page."""

from tests.invoice.exports import row


def test_the_report_is_complete_and_needs_no_other_file(reconcile, receive, tmp_path):
    receive("RGB9", cid="7205550199")
    page = tmp_path / "report.html"

    reconcile([row("<b>RGB1</b>", cost="1234.5")], "--html", str(page))

    text = page.read_text()
    assert "1,234.50" in text and "7205550199" in text and "<svg" in text
    assert "&lt;b&gt;RGB1" in text and "<b>RGB1" not in text
    assert "<script" not in text and "<link" not in text and 'src="' not in text


def test_the_report_of_an_invoice_that_agrees_says_so(reconcile, receive, dialer, tmp_path):
    dialer.add_call()
    receive("RGB1")
    page = tmp_path / "report.html"

    reconcile([row("RGB1")], "--html", str(page))

    assert "The invoice agrees with what came in" in page.read_text()
