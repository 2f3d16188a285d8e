"""The period of an invoice: whole days, and what is at its edges."""

import pytest

from tests.invoice.exports import row


def test_a_row_outside_of_the_period_is_not_compared(reconcile, receive, dialer):
    dialer.add_call()
    receive("RGB1")
    rows = [row("RGB1"), row("RGB2", call_date="2024-03-06 00:00:00"), row("RGB3", call_date="2024-03-04 23:59:59")]

    assert reconcile(rows, "--from", "2024-03-05", "--to", "2024-03-05").exit_code == 0


@pytest.mark.parametrize("came", ["2024-03-04T23:58:00Z", "2024-03-05T00:02:00Z"])
def test_a_row_on_the_edge_finds_its_cost_beyond(reconcile, receive, dialer, came):
    dialer.add_call(came[:10])
    receive(call_date=came)
    rows = [row("", call_date="2024-03-05 00:00:10" if "04T" in came else "2024-03-04 23:59:50")]

    assert reconcile(rows, "--from", "2024-03-04", "--to", "2024-03-05").exit_code == 0
    assert reconcile(rows, "--from", "2024-03-05", "--to", "2024-03-05").exit_code == 0
    assert reconcile(rows, "--from", "2024-03-04", "--to", "2024-03-04").exit_code == 0
