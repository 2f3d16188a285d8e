"""The comparison in figures: how much is billed, how much came in, and what each kind of difference adds."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from .amounts import money
from .findings import KINDS, OF_CALLS
from .period import Period
from .staging import Staging
from .tables import Value


class StagedCount(NamedTuple):
    """How many findings there are of a kind, the money on those rows, and what they add, in ten-thousandths."""

    kind: str
    number: int
    amount: int
    difference: int


class StagedTotal(NamedTuple):
    """How many rows or costs there are of a kind, and what they add up to, in ten-thousandths."""

    kind: str
    number: int
    amount: int


class Nearby(NamedTuple):
    number: int


class Line(NamedTuple):
    """One kind of difference: how many, the money on those rows, and what they add to the invoice."""

    kind: str
    number: int
    amount: Decimal
    difference: Decimal


class About(NamedTuple):
    """What the head of a report names."""

    file: str
    key: str
    period: Period
    time_zone: str
    hints: Sequence[str] = ()  # what may be wrong with how the file was read


class Summary(NamedTuple):
    """All of it in figures; `invoiced` less `received` is the sum of the lines' differences, to the last digit.

    `rows` counts the rows by kind, also those that agree. `nearby` counts the rows that were never received although a
    cost of the same caller and amount is left within a day.
    """

    invoiced: Decimal
    received: Decimal
    lines: list[Line]
    rows: dict[str, int]
    nearby: int

    @property
    def differs(self) -> bool:
        return bool(self.lines)


def summarise(staging: Staging) -> Summary:
    rows = list(staging.rows(StagedTotal, "count_rows"))
    received = {total.kind: total.amount for total in staging.rows(StagedTotal, "count_received")}
    return Summary(
        invoiced=money(sum(total.amount for total in rows if total.kind != "outside")),
        received=money(received.get("matched", 0) + received.get("not_on_invoice", 0)),
        lines=list_lines(staging),
        rows={total.kind: total.number for total in rows},
        nearby=staging.row(Nearby, "count_nearby").number,
    )


def list_lines(staging: Staging) -> list[Line]:
    """Return a Line for each kind that was found, in the order of KINDS."""
    found = {count.kind: count for count in staging.rows(StagedCount, "count_findings")}
    counts = [found[kind] for kind in KINDS if kind in found]
    return [Line(count.kind, count.number, money(count.amount), money(count.difference)) for count in counts]


def list_summary(about: About, summary: Summary) -> Iterator[Sequence[Value]]:
    """Yield the rows of the summary for a spreadsheet."""
    yield from (("File", about.file), ("Key", about.key), ("Calls of", str(about.period)))
    yield from (("Times are those of", about.time_zone), (), ("Finding", "Calls", "Amount", "Adds to the invoice"))
    for line in summary.lines:
        added = None if line.kind in OF_CALLS else line.difference
        yield KINDS[line.kind], line.number, line.amount, added
    yield "rows agree", summary.rows.get("same", 0)
    yield ()
    yield "Invoice", None, summary.invoiced
    yield "Received", None, summary.received
    yield "Difference", None, summary.invoiced - summary.received
    yield ()
    yield from ((hint,) for hint in about.hints)
