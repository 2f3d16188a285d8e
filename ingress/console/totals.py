"""What came in, counted: by key for the table, in steps of time for the plots."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from ..database.queries import Count
from ..outcome import BILLED_OUTCOMES, Outcome

REFUSED_OUTCOMES = (Outcome.REFUSED, Outcome.FAILED)
HOURLY_STEP, DAILY_STEP = 3600, 86400  # seconds
HOURLY_DAYS = 2  # ranges up to this length are shown hour by hour, longer ones day by day


@dataclass
class OutcomeTotals:
    """How many deliveries had which outcome, and what the accepted ones cost."""

    deliveries: Counter[Outcome] = field(default_factory=Counter)
    cost: Decimal = Decimal(0)

    def add(self, count: Count) -> None:
        self.deliveries[count.outcome] += count.deliveries
        if count.outcome.is_billed:
            self.cost += count.cost or 0

    @property
    def accepted(self) -> int:
        return sum(self.deliveries[outcome] for outcome in BILLED_OUTCOMES)

    @property
    def not_accepted(self) -> int:
        return sum(self.deliveries[outcome] for outcome in REFUSED_OUTCOMES)


def total_by(counts: Iterable[Count]) -> dict[int, OutcomeTotals]:
    """Return OutcomeTotals by key or by step of time, as the counts are."""
    totals: dict[int, OutcomeTotals] = {}
    for count in counts:
        totals.setdefault(count.of, OutcomeTotals()).add(count)
    return totals


def total(counts: Iterable[Count]) -> OutcomeTotals:
    everything = OutcomeTotals()
    for count in counts:
        everything.add(count)
    return everything


def choose_steps(since: datetime, until: datetime) -> tuple[int, list[datetime]]:
    """Return the length of a step in seconds and the time at which each begins."""
    seconds = HOURLY_STEP if until - since <= timedelta(days=HOURLY_DAYS) else DAILY_STEP
    step = timedelta(seconds=seconds)
    return seconds, [since + number * step for number in range((until - since) // step)]
