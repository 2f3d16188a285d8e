"""A row of an export: text in, exact values out, and what is wrong with it in the words of the webhook's answers."""

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from .. import errors
from ..errors import IngressError
from .amounts import find_amount, is_no_amount, parse_amount
from .exports import FIELDS, Texts
from .hours import StagedTime, read_hour_time, stage_moment
from .moments import Reading, join_clock, parse_moment
from .phones import read_number

NOT_OWED = re.compile(
    r"(return(?:ed)?|reject(?:ed)?|refund(?:ed)?|reversed|void(?:ed)?|charged?[ -]?back)(?:\s*[-:(,].*)?",
    re.IGNORECASE,
)
NO_NAMES = Texts._make([""] * len(FIELDS))

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
    place: str | None = None
    remark: str | None = None


class RowCost(NamedTuple):
    """What a row bills, in ten-thousandths; `stated` before its status counts, `remark` how it came about."""

    owed: int | None
    stated: int | None
    blank: bool
    remark: str | None = None


def read_row(
    number: int, texts: Texts, reading: Reading, names: Texts = NO_NAMES, place: str | None = None
) -> tuple[StagedRow, int | None]:
    """Return the row as it is staged, times as seconds on the dialer's wall clock, and the amount before its status
    counts; money is in ten-thousandths.

    A field that cannot be read is None; `problem` says why, of several the first in the webhook's order. `names` are
    those of the columns, `place` is where the row is if its number does not say it.

    `since` and `until` are a day apart where the file names only the day; `call_date` is then its end. So the last call
    of that day is found for it, and one of an earlier day only if that day had none.
    """
    problems: list[str] = []
    read = partial(read_field, problems, names)
    did = read("did", errors.InvalidDid, read_number, texts.did, errors.MissingDid)
    cid = read("cid", errors.InvalidCid, read_number, texts.cid, errors.MissingCid)
    cost = read_cost(problems, names, texts)
    billed = None
    if texts.date_billed:  # few files have it
        moment = partial(parse_moment, reading=reading)
        billed = read("date_billed", errors.InvalidDateBilled, moment, texts.date_billed)
    called = read("call_date", errors.InvalidCallDate, partial(read_called, texts, reading), texts.call_date)
    called = called or (billed and stage_moment(billed, reading))
    if not called and not problems:
        problems.append(f"{errors.InvalidCallDate.text}: the row does not say when")
    row = StagedRow(
        row=number,
        call_id=texts.call_id or None,
        did=did,
        cid=cid,
        since=called and called.since,
        until=called and called.until,
        call_date=called and called.text,
        date_billed=billed and billed.first.isoformat(),
        notes=texts.notes or None,
        cost=cost.owed,
        blank=cost.blank,
        problem=problems[0] if problems else None,
        place=place,
        remark=cost.remark,
    )
    return row, cost.stated


def read_called(texts: Texts, reading: Reading, text: str) -> StagedTime:
    return read_hour_time(join_clock(text, texts.call_time, reading.epoch), reading)


def read_cost(problems: list[str], names: Texts, texts: Texts) -> RowCost:
    """Return what the call costs after its adjustment: nothing where its status says that it is not owed."""
    if not texts.adjustment and not texts.status and (cost := find_amount(texts.cost)) is not None:
        return RowCost(cost, cost, blank=False)
    read = partial(read_field, problems, names)
    parts = [("cost", texts.cost), ("adjustment", texts.adjustment)]
    amounts = [read(field, errors.InvalidCost, parse_amount, text) for field, text in parts if not is_no_amount(text)]
    if not amounts:
        problems.append(describe_missing_field(names, "cost", errors.MissingCost))
        return RowCost(None, None, blank=True)
    if None in amounts:
        return RowCost(None, None, blank=False)
    stated = sum(filter(None, amounts))
    if stated > 0 and NOT_OWED.fullmatch(texts.status):
        return RowCost(0, stated, blank=False, remark=f"not owed: {texts.status} in column {names.status!r}")
    adjusted = f"with {texts.adjustment} in column {names.adjustment!r}" if len(amounts) > 1 and amounts[1] else None
    return RowCost(stated, stated, blank=False, remark=adjusted)


def read_field(
    problems: list[str],
    names: Texts,
    field: str,
    invalid: type[IngressError],
    parse: Callable[[str], Parsed],
    text: str,
    missing: type[IngressError] | None = None,
) -> Parsed | None:
    """Return the parsed text; None, with an entry in `problems`, when it does not parse or is missing."""
    if not text:
        if missing:
            problems.append(describe_missing_field(names, field, missing))
        return None
    try:
        return parse(text)
    except ValueError as error:
        name = getattr(names, field)
        problems.append(f"{invalid.text}: {text[:100]}{f' in column {name!r}' if name else ''}: {error}")
        return None


def describe_missing_field(names: Texts, field: str, missing: type[IngressError]) -> str:
    name = getattr(names, field)
    return f"{missing.text}: column {name!r} is empty" if name else missing.text
