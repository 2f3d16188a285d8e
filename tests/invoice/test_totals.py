"""Rows that are no calls, and what the file says that its rows add up to."""

import pytest

from tests.invoice.exports import COLUMNS, as_csv, is_the_call, row


@pytest.mark.parametrize(
    "total",
    [
        ("Total", "", "8", "", "12.50"),
        ("Total", "Acme", "1 call", "", "12.50"),
        ("Acme Total", "", "1", "", "$12.50"),
        ("Acme", "Subtotal", "", "", "12.50"),
        ("Subtotal - Acme Corp.", "", "", "", "12.50"),
        ("", "", "Total Calls: 1", "", "12.50"),
        ("3/5/2024", "Subtotal", "", "", "12.50"),
        ("", "", "", "Amount due", "12.50"),
        ("Acme", "", "", "", "12.50"),
        ("", "", "1", "", "12.50"),
        ("Sum", "", "137644403228.0", "", "12.50"),
    ],
)
def test_a_total_is_no_call_whatever_stands_beside_it(read, total):
    assert is_the_call(read(as_csv([row(), total])))
    assert not read.intake.disagrees()


@pytest.mark.parametrize("label", ["Average", "Avg.", "Mean", "Max", "Count"])
def test_an_average_is_neither_a_call_nor_a_total(read, label):
    assert is_the_call(read(as_csv([row(), (label, "", "", "", "3.33")])))
    assert not read.intake.disagrees()


def test_subtotals_are_sums_of_their_group(read):
    groups = [row("RGB1"), ("Acme total", "", "", "", "12.50"), row("RGB2", "5"), ("Best total", "", "", "", "5.00")]

    rows = read(as_csv([*groups, ("Grand total", "", "", "", "17.50")]))

    assert [row["call_id"] for row in rows] == ["RGB1", "RGB2"]
    assert not read.intake.disagrees()


def test_totals_may_come_first(read):
    assert is_the_call(read(as_csv([("Totals", "", "", "", "12.50"), row()])))
    assert not read.intake.disagrees()


def test_a_fee_is_listed_with_its_amount(read):
    _, fee = read(as_csv([row(), ("Fees", "", "", "", "5.00"), ("Total due", "", "", "", "17.50")]))

    assert (fee["cost"], fee["problem"]) == (50000, "Missing or Invalid DID: column 'Target Number' is empty")
    assert not read.intake.disagrees()


def test_a_footer_without_an_amount_is_left_out(read):
    assert is_the_call(read(as_csv([row(), ("Generated on 11/30/2026 by Ringba", "", "", "", "")])))


def test_a_call_of_a_campaign_called_total_is_a_call(read):
    anonymous = row(cid="Anonymous")

    (only,) = read(as_csv([(*anonymous, "Total Health")], (*COLUMNS, "Campaign")))

    assert "Invalid CID" in only["problem"]
