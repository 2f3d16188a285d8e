"""What is on the invoice and never came is billed like a webhook, once, however often it is imported and killed."""

import json
from decimal import Decimal

import pytest

from tests.invoice.exports import BOOK_ALL, IMPORTED_ROWS, row
from tests.vicidial import both_dialers


@both_dialers
def test_a_missing_row_is_billed_as_its_webhook_would_have_been(import_, api_id, dialer, log):
    lead_id = dialer.add_call()

    result = import_([row("RGB7", cost="$1,234.5")], *BOOK_ALL)

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


@pytest.mark.parametrize("duplicates", ["replay", "insert"])
def test_importing_the_same_file_again_adds_nothing(import_, app, dialer, duplicates):
    app.config["INGRESS_DUPLICATES"] = duplicates
    import_(IMPORTED_ROWS, *BOOK_ALL)

    result = import_(IMPORTED_ROWS, *BOOK_ALL)

    assert result.exit_code == 0
    assert "Never received: 0" in result.output
    assert len(dialer.costs()) == len(IMPORTED_ROWS)


@pytest.mark.parametrize("duplicates", ["replay", "insert"])
def test_a_simultaneous_second_import_bills_nothing_again(import_, app, dialer, log, monkeypatch, duplicates):
    app.config["INGRESS_DUPLICATES"] = duplicates
    import_(IMPORTED_ROWS, *BOOK_ALL)
    monkeypatch.setattr("ingress.invoice.comparing.stage_costs", lambda *args: None)  # as it was before the other's

    result = import_(IMPORTED_ROWS, *BOOK_ALL)

    assert "Billed before: 5" in result.output
    assert len(dialer.costs()) == len(IMPORTED_ROWS)
    assert [delivery["outcome"] for delivery in log()] == ["unmatched"] * 5 + ["duplicate"] * 5


def test_a_file_that_overlaps_adds_only_what_is_new(import_, dialer):
    import_(IMPORTED_ROWS[:3], *BOOK_ALL)

    import_(IMPORTED_ROWS[1:], *BOOK_ALL)

    assert len(dialer.costs()) == len(IMPORTED_ROWS)


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

    import_([billed], *BOOK_ALL)

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
def test_a_call_that_may_have_come_otherwise_needs_the_operator(import_, post, dialer, billed):
    cost_id = post(json={"cost": "12.50", "call_date": "2024-03-05T14:21:09Z"}).json["cost_id"]

    result = import_([billed], "--book")

    assert result.exit_code == 1
    assert f"row 2: perhaps received as cost {cost_id}" in result.output
    assert len(dialer.costs()) == 1
    assert import_([billed], *BOOK_ALL).exit_code == 0
    assert len(dialer.costs()) == 2


def test_a_row_of_zero_and_a_second_row_of_a_call_are_not_billed(import_, dialer):
    import_([row("RGB1"), row("RGB1"), row(""), row(""), row("RGB3", cost="0")], *BOOK_ALL)

    assert [cost["notes"] for cost in dialer.costs()] == ["RGB1", None]


def test_a_key_that_was_used_for_another_call_is_listed(import_, post, dialer, log):
    post("/8005550142/7205550199", json={"cost": 1, "idempotency_key": "RGB1"})
    dialer.execute("DELETE FROM call_costs")

    result = import_([row("RGB1")], *BOOK_ALL)

    assert "row 2: Idempotency Key Already Used" in result.output
    assert dialer.costs() == ()
    assert log()[-1]["outcome"] == "refused"


@both_dialers
def test_the_last_call_of_a_lead_decides_its_cost(import_, dialer):
    lead_id = dialer.add_call("2024-03-05 14:00:00")
    dialer.add_call("2024-03-05 16:00:00", lead_id=lead_id)

    import_(
        [row("B", "2", "2024-03-05 16:00:00"), row("A", "1", "2024-03-05 14:00:00")],
        *BOOK_ALL,
    )

    assert dialer.lead_cost(lead_id) == 2


def test_a_day_without_a_clock_finds_the_call_of_that_day(import_, dialer):
    dialer.add_call("2024-03-04 10:00:00")
    lead_id = dialer.add_call("2024-03-05 14:21:50")

    import_([row("RGB1", call_date="3/5/2024")], *BOOK_ALL)

    assert dialer.lead_cost(lead_id) == Decimal("12.5")


class TestDoubt:
    @pytest.fixture(autouse=True)
    def agreeing(self, receive, dialer):
        """A call that is on the invoice and came in: without one in ten, the whole file is in doubt."""
        dialer.add_call("2024-03-05 08:00:00", call_from="7205550111")
        receive("RGB0", call_date="2024-03-05T08:00:00Z", cid="7205550111", cost="1")
        return row("RGB0", "1", "2024-03-05 08:00:00", "7205550111")

    def held(self, result):
        """The rows that are not booked, with the reason of each."""
        lines = result.output.split("Not booked: ")[-1].splitlines()[1:]
        return dict(line.strip().split(": ", 1) for line in lines)

    def test_a_missing_row_whose_call_is_in_the_log_is_booked(self, import_, dialer, agreeing):
        dialer.add_call("2024-03-05 14:21:50")

        assert import_([agreeing, row("RGB1")], "--book").exit_code == 0
        assert [cost["notes"] for cost in dialer.costs()][1:] == ["RGB1"]

    @pytest.mark.parametrize("called", ["2024-03-05 10:21:00", "2024-03-05 18:21:00", "2024-02-10 14:21:00", None])
    def test_a_row_whose_call_is_not_in_the_log_about_that_time_is_held(self, import_, dialer, agreeing, called):
        if called:
            dialer.add_call(called)

        result = import_([agreeing, row("RGB1")], "--book")

        assert (result.exit_code, len(dialer.costs())) == (1, 1)
        assert "Doubtful: 1, together 12.50; only --doubtful bills them." in result.output
        assert self.held(result) == {"row 3": "its call is not in the call log"}

    def test_it_is_booked_if_the_operator_says_so(self, import_, dialer, agreeing):
        assert import_([agreeing, row("RGB1")], *BOOK_ALL).exit_code == 0
        assert len(dialer.costs()) == 2

    def test_a_row_whose_call_is_that_of_a_cost_is_held(self, import_, receive, dialer, agreeing):
        dialer.add_call()
        cost_id = receive("RGB1")

        result = import_([agreeing, row("RGB1"), row("RGB2", call_date="2024-03-05 15:00:00")], "--book")

        assert self.held(result) == {"row 4": f"its call in the call log is that of cost {cost_id}"}

    def test_two_rows_of_one_call_are_both_held(self, import_, dialer, agreeing):
        dialer.add_call()

        result = import_([agreeing, row("RGB1"), row("RGB2", call_date="2024-03-05 15:00:00")], "--book")

        assert self.held(result) == {
            "row 3": "its call in the call log is also that of row 4",
            "row 4": "its call in the call log is also that of row 3",
        }

    def test_a_file_of_which_hardly_a_row_agrees_is_held_as_a_whole(self, import_, dialer, agreeing):
        rows = [row("", call_date=f"2024-03-05 14:{minute}:09", cid=f"72055502{minute}") for minute in range(20, 30)]
        for called, _, cid, _, _ in rows:
            dialer.add_call(called, call_from=cid)

        result = import_([agreeing, *rows], "--book")

        assert (result.exit_code, len(dialer.costs())) == (1, 1)
        assert "Only 1 of 11 calls of the file agree with what came in." in result.output
        assert set(self.held(result).values()) == {"hardly a row of the file agrees with what came in"}
        assert import_([agreeing, *rows], *BOOK_ALL).exit_code == 0

    def test_a_tenth_that_agrees_is_enough(self, import_, dialer, agreeing):
        rows = [row("", call_date=f"2024-03-05 14:{minute}:09", cid=f"72055502{minute}") for minute in range(20, 29)]
        for called, _, cid, _, _ in rows:
            dialer.add_call(called, call_from=cid)

        assert import_([agreeing, *rows], "--book").exit_code == 0
        assert len(dialer.costs()) == 10

    def test_a_file_with_the_day_first_is_not_booked_a_second_time(self, import_, receive, dialer):
        rows = []
        for hour in range(10, 16):
            called = f"2024-04-03 {hour}:00:00"
            dialer.add_call(called, call_from=f"72055503{hour}")
            receive(None, call_date=f"{called}Z", cid=f"72055503{hour}")
            rows.append(row("", call_date=f"03/04/2024 {hour}:00", cid=f"72055503{hour}"))
        before = dialer.costs()

        result = import_(rows, "--book")

        assert result.exit_code == 1
        assert "Only 0 of 6 calls of the file agree" in result.output
        assert dialer.costs() == before
