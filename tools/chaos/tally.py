"""What a run comes to: requests, faults by kind, and the errors found, in one line."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .calls import ReportedCall
from .packets import Way
from .plan import Fault

Seen = int | str  # an answer's status, or the name of what took the place of an answer


@dataclass
class Tally:
    """`planned` and `faults` count faults by kind, `ways` those at a COMMIT by the way of billing that they hit;
    `seen` the answers by status, and what took their place.
    """

    seed: int
    calls: list[ReportedCall]
    planned: dict[Fault, int]
    ways: dict[Way, int]
    faults: Counter[Fault] = field(default_factory=Counter)
    seen: Counter[Seen] = field(default_factory=Counter)
    finished: list[ReportedCall] = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)

    def share_done(self) -> float:
        """Return how much of the run is done, from 0 to 1."""
        return len(self.finished) / len(self.calls)

    def progress(self) -> str:
        return f"{len(self.finished)} of {len(self.calls)} calls, {as_pairs(self.faults_so_far())}"

    def faults_so_far(self) -> dict[Fault, int]:
        return {kind: self.faults[kind] for kind in self.planned}

    def count(self, lowest: int, highest: int) -> int:
        """Return the number of answers with a status in this range."""
        return sum(
            count for status, count in self.seen.items() if isinstance(status, int) and lowest <= status <= highest
        )

    def must_be_zero(self) -> dict[str, int]:
        """Return every figure of which a single one is a failure of the service."""
        return {
            **self.errors,
            "open": sum(call.acknowledged is None for call in self.calls),
            "4xx": self.count(400, 499),
            "500s": self.seen[500],
        }

    def complaints(self) -> list[str]:
        """Return what is wrong, in words; nothing after a good run."""
        wrong = [f"{name}: {count}" for name, count in self.must_be_zero().items() if count]
        missing: list[str] = [kind for kind, count in self.planned.items() if count > self.faults[kind] == 0]
        missing += [way for way, count in self.ways.items() if not count]
        return wrong + [f"{what} never happened" for what in missing]

    def __str__(self) -> str:
        requests = sum(call.requests for call in self.calls)
        answers = {name: self.seen[name] for name in (200, 503, "timeout", "broken")}
        return (
            f"seed={self.seed} calls={sum(call.requests > 0 for call in self.calls)} requests={requests}"
            f" answers: {as_pairs(answers)} faults: {as_pairs(self.faults_so_far())}"
            f" (at COMMIT: {as_pairs(self.ways)}) | {as_pairs(self.must_be_zero())}"
        )


def as_pairs(figures: Mapping[Any, object]) -> str:
    return " ".join(f"{name}={figure}" for name, figure in figures.items())
