"""Another amount than received, and credits below zero, booked as corrections of the costs they belong to.

Each row is a change of its own, named in the history by file and row. That name is how a row is known to be booked: the
command can be killed at any line and run again.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from ..billing.correct import Author, revise_cost
from ..database import queries
from ..database.pool import run
from ..database.queries import ListedCostChange
from ..errors import IngressError, TLDialerConnectionError
from .amounts import format_amount, money
from .booking import UnbookedRow
from .progress import show_progress
from .staging import Staging

ROW = ", row "


class RowCorrection(NamedTuple):
    """A row that changes a cost; amounts in ten-thousandths, `cost` of a credit below zero.

    `billed` is the amount of the row of the call, None if the file has none; `credited` the sum of the cost's credits.
    """

    row: int | str  # `5 of Sheet2` where there are several
    cost_id: int
    cost: int
    received: int
    billed: int | None
    credited: int

    @property
    def is_settled(self) -> bool:
        """True when the cost is what remains of the call after all credits, whichever way it became so."""
        return self.billed is not None and self.received == self.billed + self.credited


class NotBooked(Exception):
    """The row changes nothing, and the text says why."""


@dataclass
class Corrections:
    """What changing the costs has done, or would do.

    How many were changed, the sum of the changes, and the rows that are not booked.
    """

    file_name: str
    by: str  # who books them
    number: int = 0
    amount: Decimal = Decimal(0)
    unbooked: list[UnbookedRow] = field(default_factory=list)

    def reason(self, row: RowCorrection) -> str:
        """Return what the history says of the change, by which the row is known to be booked."""
        return f"invoice {self.file_name}{ROW}{row.row}"

    @contextmanager
    def noting(self, row: RowCorrection) -> Iterator[None]:
        """Note it when the row cannot be booked."""
        try:
            yield
        except TLDialerConnectionError:
            raise
        except (NotBooked, IngressError) as error:
            self.unbooked.append(UnbookedRow(row.row, str(error)))

    def count(self, cost_from: Decimal, cost_to: Decimal) -> None:
        if cost_from != cost_to:
            self.number += 1
            self.amount += cost_to - cost_from


def list_corrections(staging: Staging) -> Iterator[RowCorrection]:
    """Yield the rows that change a cost, cost after cost."""
    return (row for row in staging.rows(RowCorrection, "list_corrections") if not row.is_settled)


def preview_corrections(corrections: Corrections, rows: Iterable[RowCorrection]) -> None:
    """Note in the Corrections what `book` would do."""
    for _, of_cost in groupby(rows, key=attrgetter("cost_id")):
        changes: list[ListedCostChange] | None = None
        for row in of_cost:
            if changes is None:
                changes, present = run(queries.list_cost_changes, row.cost_id), money(row.received)
            with corrections.noting(row):
                cost = decide(row, corrections.reason(row), present, changes)
                corrections.count(present, cost)
                present = cost


def book_corrections(corrections: Corrections, rows: Iterable[RowCorrection]) -> None:
    """Change the costs, and note in the Corrections what has been done. Raises TLDialerConnectionError."""
    with show_progress("Correcting", rows) as rows_under_way:
        for row in rows_under_way:
            reason = corrections.reason(row)
            with corrections.noting(row):
                done = revise_cost(row.cost_id, partial(decide, row, reason), Author(corrections.by, reason))
                corrections.count(done.cost_from, done.cost_to)


def decide(row: RowCorrection, reason: str, present: Decimal, changes: Sequence[ListedCostChange]) -> Decimal:
    """Return what the cost becomes by this row, the present amount if the row is booked. Raises NotBooked.

    The amount of a call counts before its credits, of which some may be booked.
    """
    is_booked = any(change.reason == reason for change in changes)
    if row.cost < 0:
        cost = present if is_booked else present + money(row.cost)
    else:
        cost = money(row.cost) + sum_credits(reason, changes)
    if cost < 0:
        raise NotBooked(f"the credit is larger than cost {row.cost_id}, which is {format_amount(present)}")
    if is_booked and cost != present:
        raise NotBooked(f"cost {row.cost_id} was corrected by this row, and changed to {format_amount(present)} since")
    return cost


def sum_credits(reason: str, changes: Sequence[ListedCostChange]) -> Decimal:
    """Return by how much other rows of the same file have changed the cost."""
    file = reason[: reason.rindex(ROW)] + ROW
    others = [change for change in changes if change.reason.startswith(file) and change.reason != reason]
    return sum((change.cost_to - change.cost_from for change in others), Decimal(0))
