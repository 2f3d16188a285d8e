"""What is on the invoice and never came is billed like a webhook, once, however often it is imported and killed."""

import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal

import pytest

from ingress.billing.bill import bill
from ingress.errors import TLDialerConnectionError
from tests.invoice.exports import as_csv, row
from tools.service import ROOT


@pytest.fixture
def api_id(key):
    return key["tld-api-id"]


@pytest.fixture
def import_(app, api_id, tmp_path):
    """Import rows as `ringba.csv`; returns the result."""

    def run(rows, *options):
        path = tmp_path / "ringba.csv"
        path.write_text(as_csv(rows), newline="")
        result = app.test_cli_runner().invoke(args=["import", str(path), "--key", api_id, *options])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def log(dialer):
    return lambda: dialer.execute("SELECT * FROM deliveries ORDER BY delivery_id").fetchall()


def test_by_default_nothing_is_written(import_, dialer, log):
    result = import_([row()])

    assert result.exit_code == 0
    assert "Never received: 1, together 12.50" in result.output
    assert (dialer.costs(), log()) == ((), ())


def test_what_is_missing_is_billed_as_its_webhook_would_have_been(import_, api_id, dialer, log):
    lead_id = dialer.add_call()

    result = import_([row("RGB7", cost="$1,234.5")], "--book")

    (cost,) = dialer.costs()
    assert result.exit_code == 0
    assert (cost["cost"], cost["method"], cost["method_id"]) == (Decimal("1234.5"), "ingress", int(api_id))
    assert (str(cost["call_date"]), cost["call_from"], cost["call_to"]) == (
        "2024-03-05 14:21:09",
        "7205550134",
        "8005550142",
    )
    assert (cost["notes"], cost["ip_address"]) == ("RGB7", "")
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == Decimal("1234.5")
    (delivery,) = log()
    assert (delivery["outcome"], delivery["delivery_key"]) == ("billed", b"key RGB7")
    assert ["imported_from", "ringba.csv, row 2"] in json.loads(delivery["sent"])["body"]


ROWS = [
    row("RGB1"),
    row("", call_date="2024-03-05 15:00"),
    row("", call_date="3/6/2024"),
    row("", cid="7205550199", call_date="3/6/2024"),
    row("RGB5", call_date="2024-03-06 15:00", cost="0.0001"),
]


@pytest.mark.parametrize("duplicates", ["replay", "insert"])
def test_importing_the_same_file_again_adds_nothing(import_, app, dialer, duplicates):
    app.config["INGRESS_DUPLICATES"] = duplicates
    import_(ROWS, "--book")

    result = import_(ROWS, "--book")

    assert result.exit_code == 0
    assert "Never received: 0" in result.output
    assert len(dialer.costs()) == len(ROWS)


@pytest.mark.parametrize("duplicates", ["replay", "insert"])
def test_a_second_import_at_the_same_time_bills_nothing_again(import_, app, dialer, log, monkeypatch, duplicates):
    app.config["INGRESS_DUPLICATES"] = duplicates
    import_(ROWS, "--book")
    monkeypatch.setattr("ingress.invoice.comparing.stage_costs", lambda *args: None)  # as it was before the other's

    result = import_(ROWS, "--book")

    assert "Billed before: 5" in result.output
    assert len(dialer.costs()) == len(ROWS)
    assert [delivery["outcome"] for delivery in log()] == ["unmatched"] * 5 + ["duplicate"] * 5


def test_a_file_that_overlaps_adds_only_what_is_new(import_, dialer):
    import_(ROWS[:3], "--book")

    import_(ROWS[1:], "--book")

    assert len(dialer.costs()) == len(ROWS)


@pytest.mark.parametrize(
    ("sent", "billed"),
    [
        ({"idempotency_key": "RGB1"}, row("RGB1", call_date="2024-03-05 09:21")),
        ({"notes": "RGB1"}, row("RGB1", call_date="2024-03-05 09:21")),
        ({}, row("RGB1")),
        ({"idempotency_key": "something else"}, row("RGB1")),
        ({}, row("", call_date="2024-03-05 14:21")),
        ({}, row("", call_date="2024-03-05 14:25:59")),
        ({}, row("", call_date="3/5/2024")),
        ({}, row("", cost="99")),
    ],
    ids=["key", "notes", "no key", "another key", "minutes", "clock", "day", "amount"],
)
def test_a_call_that_came_by_webhook_is_not_billed_again(import_, post, dialer, sent, billed):
    post(json={"cost": "12.50", "call_date": "2024-03-05T14:21:09Z", **sent})

    import_([billed], "--book")

    assert len(dialer.costs()) == 1


@pytest.mark.parametrize(
    "billed",
    [
        row("", call_date="2024-03-05 09:21:09"),
        row("", call_date="2024-03-05 19:21"),
        row("", did="8005550143"),
        row("RGB1", did="8005550143"),
    ],
    ids=["another zone", "later", "another number", "a call id"],
)
def test_a_call_that_may_have_come_otherwise_is_left_to_people(import_, post, dialer, billed):
    cost_id = post(json={"cost": "12.50", "call_date": "2024-03-05T14:21:09Z"}).json["cost_id"]

    result = import_([billed], "--book")

    assert result.exit_code == 1
    assert f"row 2: perhaps received as cost {cost_id}" in result.output
    assert len(dialer.costs()) == 1
    assert import_([billed], "--book", "--doubtful").exit_code == 0
    assert len(dialer.costs()) == 2


def test_what_a_row_of_zero_or_a_second_row_of_one_call_says_is_not_billed(import_, dialer):
    import_([row("RGB1"), row("RGB1"), row(""), row(""), row("RGB3", cost="0")], "--book")

    assert [cost["notes"] for cost in dialer.costs()] == ["RGB1", None]


def test_rows_that_cannot_be_booked_are_listed_and_lose_nothing(import_, dialer, tmp_path):
    details = tmp_path / "refused.csv"
    rows = [
        row("RGB1", cid="anonymous"),
        row("RGB2"),
        row("RGB3", cost=""),
        row("RGB4", cost="-1"),
        row("RGB5", did="5"),
    ]

    result = import_(rows, "--book", "--details", str(details))

    assert result.exit_code == 1
    assert [cost["notes"] for cost in dialer.costs()] == ["RGB2"]
    for text in ("row 2: Invalid CID: anonymous", "row 4: Missing or Invalid Cost", "row 5: an adjustment", "row 6: "):
        assert text in result.output
    assert len(details.read_text().splitlines()) == 5


def test_a_key_that_was_used_for_another_call_is_listed(import_, post, dialer, log):
    post("/8005550142/7205550199", json={"cost": 1, "idempotency_key": "RGB1"})
    dialer.execute("DELETE FROM call_costs")

    result = import_([row("RGB1")], "--book")

    assert "row 2: Idempotency Key Already Used" in result.output
    assert dialer.costs() == ()
    assert log()[-1]["outcome"] == "refused"


def test_the_last_call_of_a_lead_decides_its_cost(import_, dialer):
    lead_id = dialer.add_call("2024-03-05 14:00:00")
    dialer.add_call("2024-03-05 16:00:00", lead_id=lead_id)

    import_(
        [row("B", "2", "2024-03-05 16:00:00"), row("A", "1", "2024-03-05 14:00:00")],
        "--book",
    )

    assert dialer.lead_cost(lead_id) == 2


def test_a_day_without_a_clock_finds_the_call_of_that_day(import_, dialer):
    dialer.add_call("2024-03-04 10:00:00")
    lead_id = dialer.add_call("2024-03-05 14:21:50")

    import_([row("RGB1", call_date="3/5/2024")], "--book")

    assert dialer.lead_cost(lead_id) == Decimal("12.5")


def test_a_database_that_goes_away_is_code_two_and_keeps_what_is_billed(import_, dialer, monkeypatch):
    def bill_one(delivery, done=[]):  # noqa: B006 - it counts
        if done:
            raise TLDialerConnectionError from ConnectionError("away")
        done.append(delivery)
        return bill(delivery)

    monkeypatch.setattr("ingress.invoice.booking.bill_unattended", bill_one)
    result = import_(ROWS, "--book")
    assert result.exit_code == 2
    assert "Billed now: 1," in result.output
    assert "TLDialer Connection Error: away" in result.output
    assert len(dialer.costs()) == 1
    monkeypatch.undo()

    assert import_(ROWS, "--book").exit_code == 0
    assert len(dialer.costs()) == len(ROWS)


@pytest.mark.slow
def test_killed_in_the_middle_and_run_again_nothing_is_twice_and_nothing_missing(api_id, dialer, tmp_path):
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
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "import", str(path), "--key", api_id, "--book"]
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
