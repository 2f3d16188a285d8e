"""What is wrong, in words: each alarm says what it means and what to do, so that its reader needs nothing else."""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple


class Alarm(NamedTuple):
    """`name` stays the same while it is on; the others say what is wrong, what that means, and what to do."""

    name: str
    title: str
    meaning: str
    action: str

    def describe(self) -> str:
        return f"{self.title}\nWhat it means: {self.meaning}\nWhat to do: {self.action}"


class Findings(NamedTuple):
    """The alarms that are on, and how the names of those begin of which nothing is known at the moment."""

    alarms: list[Alarm]
    unknown: tuple[str, ...] = ()


def make_alarm(kind: str, api_id: int | None = None, **facts: object) -> Alarm:
    """Return an alarm of `alarms.toml`, about a sender's key if it has an `api_id`."""
    title, meaning, action = (text.strip().format(api_id=api_id, **facts) for text in read_texts()[kind].values())
    return Alarm(kind if api_id is None else f"{kind} {api_id}", title, meaning, action)


@cache
def read_texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(Path(__file__).with_name("alarms.toml").read_text(encoding="utf-8"))


def describe_seconds(seconds: float) -> str:
    """Return a length of time as a person says it: 45 s, 12 min, 3 h, 2 days."""
    for name, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {name}"
    return f"{seconds:.0f} s"
