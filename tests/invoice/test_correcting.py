"""Another amount and credits below zero become corrections of their costs, each row once, and only if that is sure."""

import pytest

from tests.invoice.exports import row

AGREES = row("RGB0", "1", "2024-03-05 08:00:00", "7205550111")
CORRECT = ("--book", "--corrections", "--by", "ann")


@pytest.fixture(autouse=True)
def costs(receive, dialer):
    """Two costs that came in: one of 1.00, which the invoice bills too, and one of 12.50."""
    dialer.add_call("2024-03-05 08:00:00", call_from="7205550111")
    dialer.add_call()
    receive("RGB0", call_date="2024-03-05T08:00:00Z", cid="7205550111", cost="1")
    return receive("RGB1")


@pytest.fixture
def amounts(dialer):
    """What the costs are now, the first one left out."""
    return lambda: [str(cost["cost"]) for cost in dialer.costs()[1:]]


@pytest.fixture
def history(dialer):
    """Who changed what to which amount, and why."""

    def read():
        changes = dialer.execute("SELECT * FROM cost_changes ORDER BY change_id").fetchall()
        return [(change["changed_by"], str(change["cost_to"]), change["reason"]) for change in changes]

    return read


def test_without_book_the_corrections_are_only_shown(import_, amounts, history):
    result = import_([AGREES, row("RGB1", "20"), row("RGB1", "-5")], "--corrections")

    assert result.exit_code == 0
    assert "Corrections: 2, together 2.50" in result.output
    assert "Nothing is changed yet" in result.output
    assert (amounts(), history()) == (["12.5000"], [])


def test_without_the_option_nothing_is_corrected(import_, amounts):
    result = import_([AGREES, row("RGB1", "20"), row("RGB1", "-5")], "--book")

    assert result.exit_code == 1
    assert "row 4: an adjustment below zero is no call" in result.output
    assert amounts() == ["12.5000"]


@pytest.mark.parametrize(
    ("rows", "amount", "changes"),
    [
        ([row("RGB1", "20")], "20.0000", [("ann", "20.0000", "invoice ringba.csv, row 3")]),
        ([row("RGB1", "0")], "0.0000", [("ann", "0.0000", "invoice ringba.csv, row 3")]),
        ([row("RGB1"), row("RGB1", "-2.50")], "10.0000", [("ann", "10.0000", "invoice ringba.csv, row 4")]),
        ([row("RGB1"), row("RGB1", "-12.50")], "0.0000", [("ann", "0.0000", "invoice ringba.csv, row 4")]),
        ([row("RGB1", "-2.50")], "10.0000", [("ann", "10.0000", "invoice ringba.csv, row 3")]),
        ([row("", "-2.50")], "10.0000", [("ann", "10.0000", "invoice ringba.csv, row 3")]),
        (
            [row("RGB1", "-2"), row("RGB1", "20"), row("RGB1", "-3")],
            "15.0000",
            [
                ("ann", "20.0000", "invoice ringba.csv, row 4"),
                ("ann", "18.0000", "invoice ringba.csv, row 3"),
                ("ann", "15.0000", "invoice ringba.csv, row 5"),
            ],
        ),
    ],
    ids=["amount", "nothing", "credit", "whole", "alone", "without an id", "all together"],
)
def test_each_row_is_a_change_and_is_booked_once(import_, amounts, history, dialer, rows, amount, changes):
    for _ in range(3):
        assert import_([AGREES, *rows], *CORRECT).exit_code == 0

        assert amounts() == [amount]
        assert history() == changes
        assert dialer.execute("SELECT MIN(cost) AS cost FROM leads WHERE cost <> 1").fetchone()["cost"] is not None


def test_the_lead_carries_the_corrected_cost(import_, dialer):
    import_([AGREES, row("RGB1", "20")], *CORRECT)

    assert dialer.execute("SELECT COUNT(*) AS n FROM leads WHERE cost = 20").fetchone()["n"] == 1


def test_a_credit_that_is_larger_than_the_cost_is_not_booked(import_, costs, amounts, history):
    result = import_([AGREES, row("RGB1", "-12.51"), row("RGB1", "-2.50")], *CORRECT)

    assert result.exit_code == 1
    assert f"row 3: the credit is larger than cost {costs}, which is 12.50" in result.output
    assert amounts() == ["10.0000"]
    assert len(history()) == 1


def test_a_credit_of_a_call_that_never_came_is_listed(import_, amounts):
    result = import_([AGREES, row("RGB9", "-2.50", cid="7205550199")], *CORRECT)

    assert result.exit_code == 1
    assert "row 3: no received cost to lower" in result.output
    assert amounts() == ["12.5000"]


def test_a_credit_that_came_by_webhook_is_not_booked_again(import_, receive, amounts, history):
    receive("RGB1", cost="10")

    assert import_([AGREES, row("RGB1"), row("RGB1", "-2.50")], *CORRECT).exit_code == 0
    assert amounts() == ["10.0000"]
    assert len(history()) == 1


def test_a_cost_that_was_changed_after_its_row_was_booked_stays_and_is_listed(import_, receive, costs, amounts):
    import_([AGREES, row("RGB1", "20")], *CORRECT)
    receive("RGB1", cost="30")

    result = import_([AGREES, row("RGB1", "20")], *CORRECT)

    assert result.exit_code == 1
    assert f"row 3: cost {costs} was corrected by this row, and changed to 30.00 since" in result.output
    assert amounts() == ["30.0000"]


def test_a_file_of_which_hardly_a_row_agrees_corrects_nothing(import_, amounts):
    result = import_([row("RGB0", "2", "2024-03-05 08:00:00", "7205550111"), row("RGB1", "20")], *CORRECT)

    assert result.exit_code == 1
    assert "Corrections: 2 are doubtful; only --doubtful books them." in result.output
    assert amounts() == ["12.5000"]
    assert import_([row("RGB1", "20")], *CORRECT, "--doubtful").exit_code == 0
    assert amounts() == ["20.0000"]


def test_a_simultaneous_second_import_corrects_nothing_again(import_, monkeypatch, amounts, history):
    rows = [AGREES, row("RGB1", "20"), row("RGB1", "-3")]
    import_(rows, *CORRECT)
    monkeypatch.setattr("ingress.invoice.correcting.RowCorrection.is_settled", False)  # as it was before the other's

    result = import_(rows, *CORRECT)

    assert "Corrected now: 0" in result.output
    assert (amounts(), len(history())) == (["17.0000"], 2)
