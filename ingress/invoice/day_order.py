"""Which of two numbers is the day: what an option says, what the file shows, and what remains in doubt."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

MONTHS_OF_YEAR = 12


Day = tuple[int, int, int]  # year, month, day


class Order(StrEnum):
    """The order of day and month; MIXED: the rows of the file contradict each other."""

    MONTH_FIRST = "month first"
    DAY_FIRST = "day first"
    MIXED = "mixed"


@dataclass
class DayOrder:
    """How dates such as 11/10/2026 are read, and what the file shows of it: an example for each order.

    `told` is what an option says, `found` what the file has shown when it was read before. Without them the month is
    first, as in the contract. `latest` is the last day that a call can have.

    A number above 12 `proves` an order. A day still to come only `suggests` the other one, since it may be a mistake.
    `known` are the dates that were read: a file has few.
    `either` is a date that fits both, `cell` one that Excel has as a number; `doubts_cells`: those are not believed.
    """

    latest: date
    told: Order | None = None
    found: Order | None = None
    doubts_cells: bool = False
    proves: dict[Order, str] = field(default_factory=dict)
    suggests: dict[Order, str] = field(default_factory=dict)
    either: str | None = None
    cell: str | None = None
    known: dict[tuple[str | Any, ...], Day] = field(default_factory=dict)

    @property
    def order(self) -> Order | None:
        return self.told or self.found

    def is_open(self) -> bool:
        """Return True where neither an option nor the file says how dates are to be read that fit both ways."""
        return bool(self.either and not self.told and not self.evidence)

    @property
    def evidence(self) -> dict[Order, str]:
        """Return an example for each order that the file shows."""
        return self.proves or self.suggests

    def corrected(self) -> "DayOrder | None":
        """Return the order in which the file must be read again, now that its dates are known; None when it need not.

        Where Excel opened a file with the day first as one with the month first, it made dates of the texts that
        allow it, with day and month exchanged, and left the others texts.
        """
        shown = Order.MIXED if len(self.evidence) > 1 else next(iter(self.evidence), None)
        doubts_cells = bool(self.cell and not self.either and shown is Order.DAY_FIRST)
        was_read_so = shown in (None, Order.MONTH_FIRST) and Order.DAY_FIRST not in self.suggests
        found = None if self.told or was_read_so else shown
        if (found, doubts_cells) == (self.found, self.doubts_cells):
            return None
        return DayOrder(self.latest, self.told, found, doubts_cells, self.proves, self.suggests)

    def read(self, first: int, second: int, year: int, text: str) -> Order | None:
        """Return the order of two numbers of which at least one is no day of a month; None where both may be.

        Raises ValueError where that is not the order of the file, or where the file contradicts itself.
        """
        fitting = self.find_fitting(first, second, year)
        if fitting is None and self.is_day(year, first, second):
            self.either = self.either or text
        elif fitting:
            shown = self.proves if max(first, second) > MONTHS_OF_YEAR else self.suggests
            shown.setdefault(fitting, text)
        if self.order is Order.MIXED:
            if fitting is None:
                raise ValueError(f"day or month first? {self.describe_contradiction()}")
            return fitting
        if self.order and fitting and fitting is not self.order:
            raise ValueError(f"no date with the {self.order.removesuffix(' first')} first")
        return self.order or fitting

    def find_fitting(self, first: int, second: int, year: int) -> Order | None:
        """Return the only order in which the numbers are a day until `latest`; None when both are, or none."""
        month_first = self.is_day(year, first, second)
        if month_first == self.is_day(year, second, first):
            return None
        return Order.MONTH_FIRST if month_first else Order.DAY_FIRST

    def is_day(self, year: int, month: int, day: int) -> bool:
        latest = self.latest
        return 1 <= month <= MONTHS_OF_YEAR and (year, month, day) <= (latest.year, latest.month, latest.day)

    def see_cell(self, value: datetime) -> None:
        """Take note of a date that Excel has as a number; raise ValueError where it is in doubt."""
        if value.day > MONTHS_OF_YEAR or value.day == value.month:
            return
        self.cell = self.cell or str(value)
        if self.doubts_cells:
            raise ValueError(
                f"Excel has perhaps exchanged day and month ({value.date()}), as {self.evidence[Order.DAY_FIRST]}"
                " is a text: export it again, and do not save it with Excel"
            )

    def describe_contradiction(self) -> str:
        shown = self.evidence
        return (
            f"The file has both {shown[Order.DAY_FIRST]} and {shown[Order.MONTH_FIRST]}:"
            " say --day-first or --month-first"
        )
