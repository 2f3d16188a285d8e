"""What a run comes to: requests, faults by kind, and the errors found, in one line."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Figures:
    """`planned` and `faults` count faults by kind, `ways` those at a COMMIT by the way of billing that they hit;
    `seen` the answers by status, and what took their place.
    """

    seed: int
    calls: list
    planned: dict[str, int]
    ways: dict[str, int]
    faults: Counter = field(default_factory=Counter)
    seen: Counter = field(default_factory=Counter)
    finished: list = field(default_factory=list)
    errors: dict[str, int] = field(default_factory=dict)

    def share_done(self):
        """From 0 to 1."""
        return len(self.finished) / len(self.calls)

    def progress(self):
        return f"{len(self.finished)} of {len(self.calls)} calls, {describe(self.in_order())}"

    def in_order(self):
        return {kind: self.faults[kind] for kind in self.planned}

    def count(self, lowest, highest):
        return sum(
            count for status, count in self.seen.items() if isinstance(status, int) and lowest <= status <= highest
        )

    def must_be_zero(self):
        """Every figure of which a single one is a failure of the service."""
        return {
            **self.errors,
            "open": sum(call.acknowledged is None for call in self.calls),
            "4xx": self.count(400, 499),
            "500s": self.seen[500],
        }

    def complaints(self):
        """What is wrong, in words; nothing after a good run."""
        wrong = [f"{name}: {count}" for name, count in self.must_be_zero().items() if count]
        missing = [kind for kind, count in self.planned.items() if count > self.faults[kind] == 0]
        missing += [way for way, count in self.ways.items() if not count]
        return wrong + [f"{what} never happened" for what in missing]

    def __str__(self):
        requests = sum(call.requests for call in self.calls)
        answers = {name: self.seen[name] for name in (200, 503, "timeout", "broken")}
        return (
            f"seed={self.seed} calls={sum(call.requests > 0 for call in self.calls)} requests={requests}"
            f" answers: {describe(answers)} faults: {describe(self.in_order())} (at COMMIT: {describe(self.ways)})"
            f" | {describe(self.must_be_zero())}"
        )


def describe(figures):
    return " ".join(f"{name}={count}" for name, count in figures.items())
