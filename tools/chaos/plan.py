"""The kinds of faults, and when they happen: each as soon as the run has come to a point drawn at random."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from random import Random

# Of the run. Points are less likely towards the end, where keys are fired 16 at once and a key whose first firing
# hangs keeps every thread of the service waiting. A fault that is due later than this might meet no call any more.
LAST_POINT = 0.9


class Fault(StrEnum):
    """What breaks; the values are the names that a run prints."""

    CUT_BEFORE = "cuts_before"
    CUT_AFTER = "cuts_after"
    SILENCE = "silences"
    STALL = "stalls"
    CUT_ELSEWHERE = "cuts_elsewhere"
    WORKER_KILL = "worker_kills"
    DATABASE_KILL = "database_kills"
    LOCK = "locks"
    NODE_KILL = "node_kills"
    NODE_STOP = "node_stops"
    NODE_FREEZE = "node_freezes"
    PARTITION = "partitions"  # a node and the others do not hear each other; clients reach all
    CUT_OFF = "cut_offs"  # nor do clients reach it
    ALL_KILL = "kills_of_all"


AT_COMMIT = (Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.SILENCE, Fault.STALL)


class Plan:
    """The faults of some kinds that are still to come; `progress()` goes from 0 to 1."""

    def __init__(
        self, rng: Random, planned: Mapping[Fault, int], kinds: Iterable[Fault], progress: Callable[[], float]
    ) -> None:
        points = [(rng.triangular(0, LAST_POINT, 0), kind) for kind in kinds for _ in range(planned.get(kind, 0))]
        self.waiting = sorted(points, reverse=True)
        self.progress = progress

    def draw(self) -> Fault | None:
        """Return a fault that is due, or None; each is drawn once."""
        if self.waiting and self.waiting[-1][0] <= self.progress():
            return self.waiting.pop()[1]
        return None

    def put_back(self, fault: Fault) -> None:
        """Make a fault due again at once: it was drawn but could not be made."""
        self.waiting.append((0, fault))
