"""Phone numbers of an invoice, also as spreadsheets and data frames mangle them; lost digits are never made up."""

import re
from decimal import Decimal
from functools import lru_cache

from ..intake.fields import PLAIN_NUMBER, normalise_number
from .tables import refuse_formula

PHONE_SIGNS = re.compile(r"[\s()./-]+")
WHOLE = re.compile(r"(\d{10,11})\.0*", re.ASCII)  # 17205550400.0
SCIENTIFIC = re.compile(r"\d(?:[.,](\d*))?E\+?(\d{1,2})", re.ASCII | re.IGNORECASE)  # 1.72055504E+10
DROPPED_ZEROS = 2  # that programs leave out at the end; where more digits are missing, they were rounded


def find_number(text: str) -> str | None:
    """Return the 10 digits of a number that needs no interpretation, else None."""
    plain = PLAIN_NUMBER.fullmatch(text)
    return plain and plain[1]


def read_number(text: str) -> str:
    """Return the 10 digits of a North American number; a ValueError tells what is wrong with it."""
    return find_number(text) or interpret_number(text)


@lru_cache(10_000)  # an invoice has few DIDs, and callers who call again
def interpret_number(text: str) -> str:
    """Return the 10 digits of a number with signs, or as a spreadsheet has mangled it; raises ValueError."""
    text = text.lstrip("'").strip()
    if whole := WHOLE.fullmatch(text):
        text = whole[1]
    elif scientific := SCIENTIFIC.fullmatch(text):
        text = spell_out(text, len(scientific[1] or ""), int(scientific[2]))
    elif plain := PLAIN_NUMBER.fullmatch(PHONE_SIGNS.sub("", text)):
        return plain[1]
    refuse_formula(text)
    return normalise_number(text)


def spell_out(text: str, places: int, exponent: int) -> str:
    """Return the digits of 1.7205550401E+10. Excel rounds to 2 or 5 places; then the number is lost."""
    if places < exponent - DROPPED_ZEROS:
        raise ValueError("the spreadsheet has rounded the number, its last digits are lost: export the column as text")
    return format(Decimal(text.replace(",", ".")), "f").partition(".")[0]


def is_number(text: str) -> bool:
    try:
        return bool(read_number(text))
    except ValueError:
        return False
