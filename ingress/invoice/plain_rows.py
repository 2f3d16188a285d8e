"""Rows as most of a file are, read many at once: two plain numbers, an amount, and a time."""

from collections.abc import Sequence
from typing import NamedTuple

from .amounts import find_amount
from .columns import Columns
from .exports import Texts
from .hours import find_time
from .moments import Reading
from .phones import find_number


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


def read_plain_rows(
    lines: Sequence[list[str]], first: int, columns: Columns, reading: Reading
) -> list[PlainRow | None]:
    """Return for each line the row as `read_row` would, in half the time, or None if it needs a closer look.

    Reads column by column; `first` is the number of the first line.
    """
    texts = Texts._make(zip(*map(columns.pick, lines), strict=True))
    dids, cids, amounts = map(find_number, texts.did), map(find_number, texts.cid), map(find_amount, texts.cost)
    specials = map(any, zip(texts.date_billed, texts.call_time, texts.adjustment, texts.status, strict=True))
    fields = zip(texts.call_id, dids, cids, texts.call_date, texts.notes, amounts, specials, strict=True)
    rows: list[PlainRow | None] = []
    for number, (call_id, did, cid, date, notes, amount, is_special) in enumerate(fields, start=first):
        row = None
        if did and cid and amount is not None and not is_special and (called := find_time(date, reading)):
            row = PlainRow(number, call_id or None, did, cid, *called, notes or None, amount)
        rows.append(row)
    return rows
