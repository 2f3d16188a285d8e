"""Amounts of an invoice: text in, ten-thousandths as integers, and back to text for a reader."""

import re
from decimal import Decimal
from functools import lru_cache

from ..intake.absent import is_filler
from ..intake.fields import COST_STEP, parse_cost
from .tables import refuse_formula

AMOUNT_TEXT = re.compile(
    r"(?P<open>\()?(?P<before>[-\u2212])?(?:USD|US\$|\$)?(?P<between>[-\u2212])?(?P<number>\$?[\d.,]+)"
    r"(?:USD)?(?P<behind>[-\u2212]|CR)?(?P<close>\))?",
    re.IGNORECASE,
)
SIGNS = ("open", "before", "between", "behind")  # of an amount below zero: one of them
DECIMAL_COMMA = re.compile(r"(\d+|\d{1,3}(?:\.\d{3})+),(\d{1,2}|\d{4})")  # three digits would be thousands
NO_AMOUNT = re.compile(r"\$?[-\u2010-\u2015\u2212]{0,2}")  # nothing, or the dash of Excel's accounting form


@lru_cache(10_000)
def is_no_amount(text: str) -> bool:
    """Return True for a cell without an amount, which is not the amount 0."""
    return bool(NO_AMOUNT.fullmatch("".join(text.split()))) or (
        is_filler(text) and not text.lstrip().startswith("#")
    )  # an error


@lru_cache(10_000)  # most calls cost the same
def find_amount(text: str) -> int | None:
    """Return the amount of a cell in ten-thousandths; None where it has none, or one that cannot be read."""
    try:
        return None if is_no_amount(text) else parse_amount(text)
    except ValueError:
        return None


@lru_cache(10_000)
def parse_amount(text: str) -> int:
    """Return an amount in ten-thousandths: a cost, but also one below zero, or with a decimal comma.

    A minus may stand before or behind it, or the CR of a credit behind it.
    """
    refuse_formula(text)
    match = AMOUNT_TEXT.fullmatch("".join(text.split()))
    signs = [match[sign] for sign in SIGNS if match[sign]] if match else []
    if not match or len(signs) > 1 or bool(match["open"]) != bool(match["close"]):
        raise ValueError("not a plain amount such as 12.50")
    number = match["number"]
    if comma := DECIMAL_COMMA.fullmatch(number):
        number = f"{comma[1].replace('.', '')}.{comma[2]}"
    amount = count_steps(parse_cost(number))
    return -amount if signs else amount


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
