"""The report of a comparison as one HTML page."""

import pytest

from tests.invoice.exports import row
from tools.browser import resize, start_browser

SCREEN, PAPER = (1280, "screen"), (1031, "print")  # pixels; A4 across, less its margins of 12 mm
COUNT_LINES = """
    const lines = cell => {
        const range = document.createRange();
        range.selectNodeContents(cell);
        return new Set([...range.getClientRects()].map(line => line.top)).size;
    };
    return Math.max(...[...document.querySelectorAll("td.call_id")].map(lines));
"""


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


def test_the_report_names_what_may_be_wrong_with_the_file(reconcile, receive, dialer, tmp_path):
    dialer.add_call()
    receive("RGB1")
    receive("RGB2", call_date="2024-03-05T15:00:00Z", cid="7205550199")
    page = tmp_path / "report.html"

    reconcile([row("RGB1")], "--html", str(page))

    hint = "The last row is of 2024-03-05 14:21; 1 costs that are not on the invoice came after it."
    assert f'<p class="hint">{hint}</p>' in page.read_text()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "medium"), [SCREEN, PAPER])
def test_call_ids_of_35_characters_leave_room_for_the_rest(reconcile, receive, tmp_path, width, medium):
    call_ids = [f"RGB{number:032X}" for number in range(4)]
    for call_id in call_ids[:2]:
        receive(call_id)
    page = tmp_path / "report.html"
    rows = [row(call_id, cost="12345.6789", cid=f"720555019{number}") for number, call_id in enumerate(call_ids)]
    reconcile([*rows, row(call_ids[3], call_date="13/32/2024")], "--html", str(page), "--min-seconds", "90")
    browser = start_browser()

    try:
        resize(browser, width)
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": medium})
        browser.get(page.as_uri())
        lines = browser.execute_script(COUNT_LINES)
        needed = browser.execute_script("return document.documentElement.scrollWidth")
    finally:
        browser.quit()

    assert lines <= 2
    assert needed <= width
