"""The short `make chaos`, with every kind of fault, and that its comparison would find what it looks for."""

import random
from collections import Counter
from decimal import Decimal

import pytest

from ingress.database.queries.execute import with_placeholders
from tests.servers import WAYS
from tests.statements import STATEMENTS
from tools import STATE
from tools.chaos.__main__ import share_out
from tools.chaos.calls import Catalogue, log_calls
from tools.chaos.compare import count_errors, possible_costs
from tools.chaos.packets import has_begun, is_commit, is_done, split_packets
from tools.chaos.plan import Fault
from tools.chaos.run import Scale, run_chaos


@pytest.mark.slow
def test_each_call_is_billed_once_while_everything_breaks():
    others = {Fault.CUT_ELSEWHERE: 4, Fault.WORKER_KILL: 2, Fault.DATABASE_KILL: 1, Fault.LOCK: 3}
    planned = share_out(16) | others

    tally = run_chaos(STATE / "chaos_short", 1, planned, Scale(calls=400, burst_keys=50, seconds=30))

    assert Counter(tally.must_be_zero()).total() == 0, tally
    assert all(tally.faults[kind] for kind in planned), tally
    assert all(tally.ways[way] for way in WAYS), tally


@pytest.fixture
def calls(dialer):
    """Three calls of one lead, sent one after another, acknowledged and billed as they should be."""
    catalogue = Catalogue(random.Random(1), {})
    calls = [catalogue.make_call(lead_id=1, at_once=1) for _ in range(3)]
    log_calls(dialer.connection, calls)
    for moment, call in enumerate(calls):
        call.requests, call.began, call.acknowledged = 1, moment, moment + 0.5
        call.answers.add(b'{"cost_id": "%d"}' % add_row(dialer, call))
    for table in ("leads", "lead_first_contacts"):
        dialer.execute(f"UPDATE {table} SET cost = %s WHERE lead_id = 1", calls[-1].cost)
    return calls


def add_row(dialer, call):
    return dialer.execute(
        "INSERT INTO call_costs (notes, cost, call_from, call_to, call_date, date_billed)"
        " VALUES (%s, %s, %s, %s, NOW(), NOW())",
        *(call.number, call.cost, call.cid, call.did),
    ).lastrowid


def test_a_correct_table_has_no_errors(dialer, calls):
    assert Counter(count_errors(dialer.connection, calls)).total() == 0


@pytest.mark.parametrize(
    ("damage", "errors"),
    [
        ("DELETE FROM call_costs WHERE notes = 0", {"200s without a row": 1}),
        ("UPDATE call_costs SET cost = 0 WHERE notes = 0", {"rows without a call": 1}),
        ("UPDATE call_costs SET notes = 9 WHERE notes = 0", {"rows without a call": 1, "200s without a row": 1}),
        ("UPDATE leads SET cost = 0 WHERE lead_id = 1", {"wrong leads": 1}),
        ("UPDATE lead_first_contacts SET cost = NULL WHERE lead_id = 1", {"wrong leads": 1}),
        ("UPDATE leads SET cost = 5 WHERE lead_id = 2", {"wrong leads": 1}),
    ],
)
def test_each_damage_is_found(dialer, calls, damage, errors):
    dialer.execute(damage)

    assert Counter(count_errors(dialer.connection, calls)) == Counter(errors)


def test_a_double_and_an_unequal_answer_are_found(dialer, calls):
    calls[0].answers.add(b'{"cost_id": "%d"}' % add_row(dialer, calls[0]))

    assert Counter(count_errors(dialer.connection, calls)) == Counter({"doubles": 1, "unequal answers": 1})


def test_a_lead_carries_the_cost_of_its_last_call(calls):
    first, second, third = calls
    billed = {str(call.number) for call in calls}

    assert possible_costs(calls, billed) == {Decimal(third.cost)}
    assert possible_costs([first], set()) == {None}
    second.acknowledged = third.acknowledged
    assert possible_costs(calls, billed) == {Decimal(second.cost), Decimal(third.cost)}


def test_a_commit_is_recognised_in_both_ways_of_billing():
    assert is_commit(b"COMMIT")
    _, bill_at_once = with_placeholders("bill_at_once", STATEMENTS["bill_at_once"])

    assert is_commit(bill_at_once.encode())
    assert not any(is_commit(text.encode()) for text in STATEMENTS.values())


@pytest.mark.parametrize(
    ("answer", "begun", "done"),
    [
        (b"\x01\0\0\x01", False, True),
        (b"\x01\0\0\x01\x06", True, True),
        (b"\x07\0\0\x01\0\0\0\x02\0\0\0", True, True),
        (b"\x2f\0\0\x01\xff\x26\x04#23000Duplicate", True, False),
    ],
    ids=["not yet", "rows", "OK", "an error"],
)
def test_an_answer_is_told_from_an_error_by_its_first_byte(answer, begun, done):
    assert (has_begun(answer), is_done(answer)) == (begun, done)


def test_packets_are_split_wherever_the_network_parts_them():
    stream = b"\x07\0\0\0\x03COMMIT\x01\0\0\0\x01\x05\0\0\0\x03"

    packets, rest = split_packets(stream)

    assert packets == [b"\x07\0\0\0\x03COMMIT", b"\x01\0\0\0\x01"]
    assert rest == b"\x05\0\0\0\x03"
