"""A row of an export: text in, exact values out, and what is wrong with it in the words of the webhook's answers."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar

from .. import errors
from ..errors import IngressError
from ..intake.fields import normalise_number
from ..intake.parameters import is_filler
from .amounts import parse_amount
from .exports import Texts
from .moments import Reading, parse_moment, wall_seconds

TOTAL = re.compile(r"(?:(?:grand|sub)[ -]?)?totals?\b", re.IGNORECASE)

remember_number = lru_cache(10_000)(normalise_number)  # an invoice has few DIDs, and callers who call again

Parsed = TypeVar("Parsed")


class StagedRow(NamedTuple):
    """A row as it is staged, by the columns of `sql/invoice/create_tables.sql`."""

    row: int
    call_id: str | None
    did: str | None
    cid: str | None
    since: int | None
    until: int | None
    call_date: str | None
    date_billed: str | None
    notes: str | None
    cost: int | None
    blank: bool
    problem: str | None


def is_total(cells: list[str], texts: Texts) -> bool:
    """Return True for a row that is no call: no caller and no id, and it begins with `Total` or has no date either."""
    if any(value and not TOTAL.match(value) for value in (texts.cid, texts.call_id)):
        return False
    first = next((value.strip() for value in cells if value.strip()), "")
    return bool(TOTAL.match(first)) or not (texts.call_date or texts.date_billed)


def read_row(number: int, texts: Texts, reading: Reading) -> StagedRow:
    """Return the row as it is staged: times as seconds on the dialer's wall clock, money in ten-thousandths.

    A field that cannot be read is None; `problem` says why, of several the first in the webhook's order.

    `since` and `until` are a day apart where the file names only the day; `call_date` is then its end. So the last call
    of that day is found for it, and one of an earlier day only if that day had none.
    """
    problems: list[str] = []
    moment = partial(parse_moment, reading=reading)
    blank = not texts.cost or is_filler(texts.cost)
    did = read_field(problems, errors.InvalidDid, remember_number, texts.did, errors.MissingDid)
    cid = read_field(problems, errors.InvalidCid, remember_number, texts.cid, errors.MissingCid)
    cost = read_field(problems, errors.InvalidCost, parse_amount, "" if blank else texts.cost, errors.MissingCost)
    billed = read_field(problems, errors.InvalidDateBilled, moment, texts.date_billed)
    called = read_field(problems, errors.InvalidCallDate, moment, texts.call_date) or billed
    if not called and not problems:
        problems.append(f"{errors.InvalidCallDate.text}: the row does not say when")
    return StagedRow(
        row=number,
        call_id=texts.call_id or None,
        did=did,
        cid=cid,
        since=called and wall_seconds(called.first, reading.dialer_zone),
        until=called and wall_seconds(called.last, reading.dialer_zone),
        call_date=called and called.last.isoformat(),
        date_billed=billed and billed.first.isoformat(),
        notes=texts.notes or None,
        cost=cost,
        blank=blank,
        problem=problems[0] if problems else None,
    )


def read_field(
    problems: list[str],
    invalid: type[IngressError],
    parse: Callable[[str], Parsed],
    text: str,
    missing: type[IngressError] | None = None,
) -> Parsed | None:
    """Return the parsed text; None, with an entry in `problems`, when it does not parse or is missing."""
    if not text:
        if missing:
            problems.append(missing.text)
        return None
    try:
        return parse(text)
    except ValueError as error:
        problems.append(f"{invalid.text}: {text[:100]}: {error}")
        return None
