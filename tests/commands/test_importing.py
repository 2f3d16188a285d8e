"""`import` as it is typed: what it prints, its exit codes, and what a killed one leaves."""

import os
import signal
import subprocess
import sys
import time

import pytest

from ingress.billing.bill import bill
from ingress.errors import TLDialerConnectionError
from tests.invoice.exports import BOOK_ALL, IMPORTED_ROWS, as_csv, row
from tools.service import ROOT


def test_by_default_nothing_is_written(import_, dialer, log):
    result = import_([row()], "--doubtful")

    assert result.exit_code == 0
    assert "Never received: 1, together 12.50" in result.output
    assert (dialer.costs(), log()) == ((), ())


def test_rows_that_cannot_be_booked_are_listed_with_reasons(import_, dialer, tmp_path):
    details = tmp_path / "refused.csv"
    rows = [
        row("RGB1", cid="anonymous"),
        row("RGB2"),
        row("RGB3", cost=""),
        row("RGB4", cost="-1"),
        row("RGB5", did="5"),
    ]

    result = import_(rows, *BOOK_ALL, "--details", str(details))

    assert result.exit_code == 1
    assert [cost["notes"] for cost in dialer.costs()] == ["RGB2"]
    for text in ("row 2: Invalid CID: anonymous", "row 4: Missing or Invalid Cost", "row 5: an adjustment", "row 6: "):
        assert text in result.output
    assert len(details.read_text().splitlines()) == 5


def test_an_outage_has_exit_code_two_and_keeps_what_is_billed(import_, dialer, monkeypatch):
    def bill_one(delivery, done=[]):  # noqa: B006 - it counts
        if done:
            raise TLDialerConnectionError from ConnectionError("away")
        done.append(delivery)
        return bill(delivery)

    monkeypatch.setattr("ingress.invoice.booking.bill_unattended", bill_one)
    result = import_(IMPORTED_ROWS, *BOOK_ALL)
    assert result.exit_code == 2
    assert "Billed now: 1," in result.output
    assert "TLDialer Connection Error: away" in result.output
    assert len(dialer.costs()) == 1
    monkeypatch.undo()

    assert import_(IMPORTED_ROWS, *BOOK_ALL).exit_code == 0
    assert len(dialer.costs()) == len(IMPORTED_ROWS)


@pytest.mark.slow
def test_a_killed_import_that_is_run_again_bills_each_row_once(api_id, dialer, tmp_path):
    rows = [
        row(
            f"RGB{number}" if number % 2 else "",
            f"1.{number:04}",
            f"2024-03-{number % 28 + 1:02} 10:00",
            f"720555{number:04}",
        )
        for number in range(600)
    ]
    path = tmp_path / "ringba.csv"
    path.write_text(as_csv(rows), newline="")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "import", str(path), "--key", api_id, *BOOK_ALL]
    for target in (50, 250):
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ}, stdout=subprocess.DEVNULL)
        wait_until(lambda: len(dialer.costs()) >= target, process)  # noqa: B023 - it ends within the turn
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(dialer.costs()) < len(rows)

    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    assert sorted(str(cost["cost"]) for cost in dialer.costs()) == sorted(cost for _, _, _, _, cost in rows)


def wait_until(reached, process):
    deadline = time.monotonic() + 30
    while not reached():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.slow
def test_killed_corrections_that_are_run_again_are_booked_once(api_id, dialer, receive, tmp_path):
    calls = [(f"RGB{number}", f"2024-03-05 {number // 60:02}:{number % 60:02}:00") for number in range(300)]
    for call_id, called in calls:
        receive(call_id, call_date=f"{called}Z", cost="10")
    billed = [row(call_id, "10" if number % 2 else "12", called) for number, (call_id, called) in enumerate(calls)]
    credits_ = [row(call_id, "-3", called) for call_id, called in calls[::3]]
    path = tmp_path / "ringba.csv"
    path.write_text(as_csv(billed + credits_), newline="")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "import", str(path), "--key", api_id, "--book"]
    command += ["--corrections", "--by", "ann"]

    def reasons():
        return [change["reason"] for change in dialer.execute("SELECT reason FROM cost_changes").fetchall()]

    for target in (30, 120):
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ}, stdout=subprocess.DEVNULL)
        wait_until(lambda: len(reasons()) >= target, process)  # noqa: B023 - it ends within the turn
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(reasons()) < 250

    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)

    wanted = [(12 - 2 * (number % 2)) - 3 * (number % 3 == 0) for number in range(300)]
    assert [cost["cost"] for cost in dialer.costs()] == wanted
    assert len(reasons()) == len(set(reasons())) == 250
