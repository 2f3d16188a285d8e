"""Amounts as platforms and spreadsheets write them: exact, or refused."""

from decimal import Decimal

import pytest

from ingress.invoice.amounts import is_no_amount, money, parse_amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12.5", "12.5"),
        ("$1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("12,50", "12.5"),
        ("1,250", "1250"),
        ("0.00125", "0.0013"),
        ("-12.50", "-12.5"),
        ("\u221212.50", "-12.5"),
        ("($2.50)", "-2.5"),
        ("-$2.50", "-2.5"),
        ("$ -2.50", "-2.5"),
        ("12.50-", "-12.5"),
        ("12.50 CR", "-12.5"),
        ("USD 12.50", "12.5"),
        ("12.50 USD", "12.5"),
    ],
)
def test_any_usual_amount_is_read_exactly(text, amount):
    assert money(parse_amount(text)) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "1e3",
        "NaN",
        "12.50 EUR",
        "1.2.3",
        "(12.50",
        "12.50)",
        "(12.50-)",
        "-12.50 CR",
        "\u20ac12.50",
        "CA$12.50",
        "1,2,3",
        "--1",
        "",
        "100000000",
    ],
)
def test_a_doubtful_amount_is_refused(text):
    with pytest.raises(ValueError, match=r"amount|large"):
        parse_amount(text)


@pytest.mark.parametrize("text", ["", "-", " $ -   ", "$-", "\u2013", "\u2014", "--", "n/a", "NULL"])
def test_a_blank_and_the_dash_of_accounting_are_no_amount(text):
    assert is_no_amount(text)


@pytest.mark.parametrize("text", ["0", "$0.00", "-0", "#N/A", "#VALUE!", "=A1", "12.50"])
def test_zero_and_errors_are_not_blank(text):
    assert not is_no_amount(text)
