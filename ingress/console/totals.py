"""What came in, counted: by key for the table, in steps of time for the plots."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from ..outcome import BILLED_OUTCOMES, Outcome

REFUSED_OUTCOMES = (Outcome.REFUSED, Outcome.FAILED)
HOUR, DAY = 3600, 86400  # seconds of a step
HOURLY_DAYS = 2  # as many days are shown hour by hour, longer ranges day by day


@dataclass
class Totals:
    """How many deliveries had which outcome, and what the accepted ones cost."""

    deliveries: Counter = field(default_factory=Counter)
    cost: Decimal = Decimal(0)

    def add(self, count):
        self.deliveries[count.outcome] += count.deliveries
        if count.outcome.is_billed:
            self.cost += count.cost or 0

    @property
    def accepted(self):
        return sum(self.deliveries[outcome] for outcome in BILLED_OUTCOMES)

    @property
    def not_accepted(self):
        return sum(self.deliveries[outcome] for outcome in REFUSED_OUTCOMES)


def total_by(counts):
    """Return Totals by whatever the counts are of."""
    totals = {}
    for count in counts:
        totals.setdefault(count.of, Totals()).add(count)
    return totals


def total(counts):
    everything = Totals()
    for count in counts:
        everything.add(count)
    return everything


def choose_steps(since, until):
    """Return the length of a step in seconds and the time at which each begins."""
    seconds = HOUR if until - since <= timedelta(days=HOURLY_DAYS) else DAY
    step = timedelta(seconds=seconds)
    return seconds, [since + number * step for number in range((until - since) // step)]
