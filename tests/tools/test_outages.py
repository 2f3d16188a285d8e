"""A short `python -m tools.chaos.outages`: what was acknowledged while the database was away is billed once."""

import random
from collections import Counter

import pytest

from tools import STATE
from tools.chaos.calls import Catalogue
from tools.chaos.outages import Times, count_unbilled, run_outages


@pytest.mark.slow
def test_each_acknowledged_call_is_billed_once_without_being_sent_again():
    tally = run_outages(STATE / "outages_short", 1, Times(outages=1, away=3, between=3))

    assert Counter(tally.must_be_zero()).total() == 0, tally
    assert tally.complaints() == []


def test_an_acknowledged_call_without_a_cost_is_found(dialer):
    catalogue = Catalogue(random.Random(1), {})
    calls = [catalogue.make_call(lead_id=1, at_once=1) for _ in range(3)]
    calls[0].acknowledged = calls[1].acknowledged = 1
    dialer.execute(
        "INSERT INTO call_costs (notes, cost, call_from, call_to, call_date, date_billed)"
        " VALUES (0, 1, '', '', NOW(), NOW())"
    )

    assert count_unbilled(dialer.connection, calls) == 1
