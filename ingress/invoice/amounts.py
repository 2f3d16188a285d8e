"""Amounts of an invoice: text in, ten-thousandths as integers, and back to text for a reader."""

import re
from decimal import Decimal
from functools import lru_cache

from ..intake.fields import COST_STEP, parse_cost

AMOUNT_TEXT = re.compile(
    r"(?P<open>\()?(?P<minus>[-\u2212])?(?:USD|US\$|\$)?(?P<later>(?(minus)(?!)|[-\u2212]))?(?P<number>\$?[\d.,]+)(?:USD)?(?(open)\))"
)
DECIMAL_COMMA = re.compile(r"(\d+|\d{1,3}(?:\.\d{3})+),(\d{1,2}|\d{4})")  # three digits would be thousands


@lru_cache(10_000)  # each text is read twice, and most calls cost the same
def parse_amount(text: str) -> int:
    """Return an amount in ten-thousandths: a cost, but also one below zero, or with a decimal comma."""
    match = AMOUNT_TEXT.fullmatch(re.sub(r"\s", "", text))
    if not match:
        raise ValueError("not a plain amount such as 12.50")
    number = match["number"]
    if comma := DECIMAL_COMMA.fullmatch(number):
        number = f"{comma[1].replace('.', '')}.{comma[2]}"
    amount = count_steps(parse_cost(number))
    return -amount if match["open"] or match["minus"] or match["later"] else amount


def count_steps(cost: Decimal) -> int:
    """Return a cost of four places in ten-thousandths."""
    return int(cost / COST_STEP)


def money(amount: int | None) -> Decimal:
    """Return ten-thousandths as a Decimal, exactly; None is 0."""
    return Decimal(amount or 0).scaleb(-4)


def format_amount(amount: Decimal) -> str:
    """Return an amount with at least two places, and as many more as it needs: 1,234.50, 0.0125."""
    amount = amount.normalize()
    exponent = int(amount.as_tuple().exponent)  # a letter only for NaN and infinity
    return f"{amount:,.{max(2, -exponent)}f}"
