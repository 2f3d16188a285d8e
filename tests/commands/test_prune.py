"""`deliveries prune`: it says first what would be forgotten, and forgets nothing that platforms still repeat."""

import pytest

from ingress.commands import asking
from tests.calls import CALL


@pytest.fixture
def run(app):
    """Run `ingress deliveries prune`; return its exit code and what it printed."""

    def run(*options, **others):
        result = app.test_cli_runner().invoke(args=["deliveries", "prune", *options], **others)
        return result.exit_code, result.output

    return run


@pytest.fixture
def old(dialer, post):
    """Three old deliveries, two of them billed, and a young one."""
    for key, call, days in (("young", CALL, 89), ("old", CALL, 91), ("older", CALL, 1000), ("refused", {}, 91)):
        request_id = post(json=call, headers={"Idempotency-Key": key}).headers["X-Request-ID"]
        dialer.execute(
            "UPDATE deliveries SET received = received - INTERVAL %s DAY WHERE request_id = %s", days, request_id
        )


def test_it_tells_what_it_would_forget_and_how_many_were_billed(run, old, log):
    code, told = run("--dry-run")

    assert code == 0
    assert told.startswith("3 deliveries were received before ")
    assert told.endswith("; 2 of them were billed.\n")
    assert len(log()) == 4


def test_old_deliveries_are_forgotten_and_young_ones_stay(run, old, post):
    code, told = run("--older-than", "90d", "--yes")

    assert (code, told.splitlines()[1]) == (0, "3 deliveries are forgotten.")
    assert post(json=CALL, headers={"Idempotency-Key": "young"}).headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in post(json=CALL, headers={"Idempotency-Key": "old"}).headers


def test_nothing_old_is_nothing_to_ask_about(run, dialer):
    code, told = run()

    assert (code, told.count("\n")) == (0, 1)
    assert told.startswith("0 deliveries were received before ")


@pytest.mark.parametrize("age", ["1s", "0s", "30d", "743h"])
def test_what_platforms_still_repeat_is_not_forgotten(run, old, log, age):
    code, told = run("--older-than", age, "--yes")

    assert code == 2
    assert "add --even-if-billed-again" in told
    assert len(log()) == 4


def test_it_is_forgotten_if_that_is_meant(run, old, log):
    assert run("--older-than", "1s", "--yes", "--even-if-billed-again")[0] == 0
    assert log() == ()


def test_without_a_terminal_it_needs_to_be_told_yes(run, old, log):
    code, told = run()

    assert code == 2
    assert "There is no terminal to ask: add --yes" in told
    assert len(log()) == 4


@pytest.mark.parametrize(("answer", "code", "left"), [("y\n", 0, 1), ("n\n", 1, 4), ("\n", 1, 4), ("", 1, 4)])
def test_a_terminal_is_asked(run, old, log, monkeypatch, answer, code, left):
    monkeypatch.setattr(asking, "is_terminal", lambda: True)

    exit_code, told = run(input=answer)

    assert exit_code == code
    assert "Forget them? The 2 billed ones would be billed again if they came again [y/N]" in told
    assert len(log()) == left


@pytest.mark.parametrize("age", ["x", "90", "-1d", "1.5h", "99999999999d", "99999999d"])
def test_an_invalid_age_is_refused_in_one_line(run, age):
    code, told = run("--older-than", age)

    assert code == 2
    assert "Error: Invalid value for '--older-than'" in told
