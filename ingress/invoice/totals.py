"""Rows that are no calls: totals, subtotals, averages and footers; the totals are checked against the rows."""

import re
from dataclasses import dataclass, field

from .amounts import is_no_amount, parse_amount
from .exports import Texts
from .phones import is_number

WORD = r"(?:(?:grand|sub|overall|report|page|invoice|daily|monthly|running|net)[ -]?)?totals?"
EXTREMES = r"averages?|avg|mean|median|minimum|maximum|min|max|count"
LABEL = re.compile(
    rf"\W*(?:{WORD}|sum|{EXTREMES})\b.*|.*\b(?:sub|grand)?[ -]?totals?\W*|.*\b(?:amount|balance|total) due\b.*",
    re.IGNORECASE | re.DOTALL,
)
PLAIN_LABEL = re.compile(rf"\W*(?:{WORD}|sum|{EXTREMES})\W*", re.IGNORECASE)
AVERAGE = re.compile(rf"\W*(?:{EXTREMES})\b", re.IGNORECASE)
COUNT = re.compile(r"[\d,. ]{0,9}(?:calls?|rows?)?", re.IGNORECASE)
LETTER = re.compile(r"[^\W\d_]")


@dataclass
class Totals:
    """The sum of the rows so far, of all and since the last subtotal, and totals that were not found to be right.

    `owed` leaves out what the file says is not owed; a total may mean either. Amounts are in ten-thousandths.
    """

    added_up: int = 0
    owed: int = 0
    group: int = 0
    open: list[int] = field(default_factory=list)
    stated: int | None = None

    def add(self, amount: int, owed: int) -> None:
        self.added_up += amount
        self.owed += owed
        self.group += amount

    def check(self, amount: int | None) -> None:
        """Take note of a total; one that is not yet right may stand above its rows."""
        if amount is None:
            return
        self.stated = amount
        if amount not in (self.group, self.added_up, self.owed):
            self.open.append(amount)
        self.group = 0

    def wrong(self) -> int | None:
        """Return the last total that the rows do not add up to."""
        return next((amount for amount in reversed(self.open) if amount not in (self.added_up, self.owed)), None)


def amount_or_none(text: str) -> int | None:
    try:
        return parse_amount(text)
    except ValueError:
        return None


def is_summary(cells: list[str], texts: Texts, has_date: bool, totals: Totals) -> bool:
    """Return True for a row that is no call, because it names none: no caller, no id, and mostly no time.

    A row with an amount and an unknown text, such as `Fees`, is not one: what the invoice demands must be seen.
    """
    has_id = bool(texts.call_id) and not LABEL.fullmatch(texts.call_id) and not COUNT.fullmatch(texts.call_id)
    if has_id and has_date:
        return False
    named = list(filter(None, cells))
    if has_date:
        return names_no_caller(texts) and any(PLAIN_LABEL.fullmatch(cell) for cell in named)
    labels = named[:1] if has_id else named  # beside an id, a campaign may be called Total Health
    if any(LABEL.fullmatch(cell) for cell in labels):
        return True
    return not has_id and names_no_caller(texts) and is_bare(named, texts, totals)


def names_no_caller(texts: Texts) -> bool:
    return bool(COUNT.fullmatch(texts.cid) or LABEL.fullmatch(texts.cid))


def is_bare(named: list[str], texts: Texts, totals: Totals) -> bool:
    """Return True for a footer without an amount, for numbers without a word, and for what is the sum of the rows."""
    if is_no_amount(texts.cost) or not any(LETTER.search(cell.replace("USD", "")) for cell in named):
        return True
    amount = amount_or_none(texts.cost)
    return bool(amount) and amount in (totals.group, totals.added_up)


def is_average(cells: list[str]) -> bool:
    return any(AVERAGE.match(cell) for cell in cells)


def may_be_call(texts: Texts) -> bool:
    """Return True where a caller's number settles that the row is a call."""
    return bool(texts.cid) and is_number(texts.cid)
