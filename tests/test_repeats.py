"""A warning that comes many times a second is one line at once, and one now and then with a count."""

import logging

import pytest

from ingress import repeats
from ingress.repeats import Repeats


@pytest.fixture
def clock(monkeypatch):
    """The monotonic clock of the module; `clock[0]` is the time."""
    now = [100.0]
    monkeypatch.setattr(repeats.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def warnings(clock):
    return Repeats(logging.getLogger("repeats"))


def test_what_comes_again_is_held_back_and_counted(warnings, clock, caplog):
    for second in range(65):
        clock[0] = 100.0 + second
        warnings.warn("away", "the database is away: %s", second)

    assert caplog.messages == [
        "the database is away: 0",
        "the database is away: 30 (and 29 more since the last such line)",
        "the database is away: 60 (and 29 more since the last such line)",
    ]


def test_kinds_do_not_hold_each_other_back(warnings, caplog):
    for kind in ("first host", "second host", "first host"):
        warnings.warn(kind, "%s is away", kind)

    assert caplog.messages == ["first host is away", "second host is away"]


def test_what_comes_after_the_end_is_logged_at_once(warnings, caplog):
    assert not warnings.end("away")
    for _ in range(2):
        warnings.warn("away", "the database is away")
    assert warnings.end("away")
    warnings.warn("away", "the database is away")

    assert caplog.messages == ["the database is away"] * 2
