"""Rows as most of a file are, read at once: two plain numbers, an amount, and a time of an hour that is known."""

from typing import NamedTuple

from ..intake.fields import PLAIN_NUMBER
from .amounts import find_amount
from .exports import Texts
from .hours import find_hour_time
from .moments import Reading


class PlainRow(NamedTuple):
    """A row as it is staged; what a `StagedRow` has besides is blank."""

    row: int
    call_id: str | None
    did: str
    cid: str
    since: int
    until: int
    call_date: str
    notes: str | None
    cost: int


def read_plain_row(number: int, texts: Texts, reading: Reading) -> PlainRow | None:
    """Return the row as `read_row` would, in half the time; None for one that needs a closer look."""
    call_id, did, cid, call_date, date_billed, cost, notes, call_time, adjustment, status = texts
    if date_billed or call_time or adjustment or status:
        return None
    dialled, caller = PLAIN_NUMBER.fullmatch(did), PLAIN_NUMBER.fullmatch(cid)
    amount, called = find_amount(cost), find_hour_time(call_date, reading)
    if not dialled or not caller or amount is None or not called:
        return None
    at, date = called
    return PlainRow(number, call_id or None, dialled[1], caller[1], at, at, date, notes or None, amount)
