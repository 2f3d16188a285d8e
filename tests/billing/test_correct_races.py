"""Corrections beside others, late retries, `match` and replays: each as if one came after the other."""

import threading
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest

from ingress.billing import replay as replaying
from ingress.billing.correct import Author, correct_cost
from ingress.billing.match import match_calls
from ingress.clock import dialer_now
from ingress.database import queries
from ingress.errors import IngressError
from tests.billing.amounts import assert_amounts_agree, list_amounts, list_changes, list_outcomes
from tests.conftest import URL
from tests.dialer import Dialer

PATH = f"{URL}/8005550142/7205550134"
CALL = {"call_date": "2024-03-05T14:21:09Z"}
FIRST, THEN, LAST = Decimal(25), Decimal("18.75"), Decimal(20)

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("way_of_billing")]


@pytest.fixture
def send(app, key):
    """Report what the call costs, from any thread."""
    return lambda cost, path=PATH: app.test_client().post(path, headers=key, json={**CALL, "cost": str(cost)})


@pytest.fixture
def decide(app):
    """Change a cost as a person, from any thread."""

    def decide(cost_id, cost):
        with app.app_context():
            return correct_cost(int(cost_id), Decimal(cost), Author("ann", "credited"))

    return decide


@pytest.fixture
def replay(app):
    """Replay a delivery of the log, from any thread; return the error that refuses it, if any."""

    def replay_or_refuse(delivery_id):
        with app.app_context():
            try:
                replaying.replay(delivery_id, {})
            except IngressError as refusal:
                return refusal

    return replay_or_refuse


@pytest.fixture
def match(app):
    """What the command does, without printing: threads share one standard output."""

    def match():
        with app.app_context():
            now = dialer_now()
            return [finding for _, finding in match_calls(now - timedelta(days=1), now)]

    return match


@pytest.fixture
def amounts(dialer):
    """The amounts that the only cost has had; all that must hold is checked, too."""

    def amounts():
        (cost,) = dialer.costs()
        assert_amounts_agree(dialer)
        return list_amounts(dialer, cost["cost_id"])

    return amounts


def at_once(*works):
    """Do all at the same moment, each in a thread of its own; return what they returned."""
    barrier, returned = threading.Barrier(len(works)), [None] * len(works)

    def begin(number, work):
        barrier.wait()
        returned[number] = work()

    threads = [threading.Thread(target=begin, args=numbered) for numbered in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return returned


@contextmanager
def beside(monkeypatch, statement, work, after=False):
    """Begin `work` in another thread just before a statement is first run, or just after; wait for its end at the end.

    It has half a second to come as far as it can, which is to its end if nothing locks it out.
    """
    function, threads = getattr(queries, statement), []

    def run(*args, **values):
        if threads:
            return function(*args, **values)
        threads.append(threading.Thread(target=work))
        result = function(*args, **values) if after else None
        threads[0].start()
        threads[0].join(0.5)
        return result if after else function(*args, **values)

    monkeypatch.setattr(queries, statement, run)
    yield
    threads[0].join()


def test_the_same_correction_sixteen_times_at_once_is_one_change(dialer, send, amounts):
    dialer.add_call()
    send(FIRST)

    responses = at_once(*[lambda: send(THEN)] * 16)

    assert {response.status_code for response in responses} == {200}
    assert len({response.data for response in responses}) == 1
    assert sum("Idempotent-Replayed" not in response.headers for response in responses) == 1
    assert amounts() == [FIRST, THEN]
    assert sorted(list_outcomes(dialer)) == ["billed", "corrected"] + ["duplicate"] * 15


def test_a_first_amount_and_another_sixteen_times_at_once_are_a_chain(dialer, send, amounts):
    dialer.add_call()

    responses = at_once(*[lambda: send(FIRST), lambda: send(THEN)] * 8)

    assert {response.status_code for response in responses} == {200}
    assert sorted(amounts()) == sorted([FIRST, THEN])
    assert sum("Idempotent-Replayed" not in response.headers for response in responses) == 2


def test_two_corrections_at_once_are_a_chain_of_both(dialer, send, amounts):
    dialer.add_call()
    send(FIRST)

    responses = at_once(*[lambda: send(THEN), lambda: send(LAST)] * 8)

    booked = amounts()
    assert (booked[0], sorted(booked[1:])) == (FIRST, sorted([THEN, LAST]))
    corrected = [response for response in responses if "Idempotent-Replayed" not in response.headers]
    assert sorted(response.json["corrected_from"] for response in corrected) == sorted(map("{:.4f}".format, booked[:2]))


def test_late_retries_of_the_first_amount_do_not_undo_a_correction(dialer, send, amounts):
    dialer.add_call()
    first = send(FIRST)

    responses = at_once(*[lambda: send(FIRST)] * 8, *[lambda: send(THEN)] * 8)

    assert amounts() == [FIRST, THEN]
    retried = [response.json for response in responses[:8]]
    assert all(answer in (first.json, {**first.json, "corrected_to": "18.7500"}) for answer in retried)


def test_a_retry_that_waits_for_a_correction_is_superseded(dialer, send, amounts, monkeypatch):
    """It comes when the correction has locked all and has not committed."""
    dialer.add_call()
    send(FIRST)
    retried = []

    with beside(monkeypatch, "update_first_contact_cost", lambda: retried.append(send(LAST)), after=True):
        send(THEN)

    assert retried[0].json["corrected_from"] == "18.7500"
    assert amounts() == [FIRST, THEN, LAST]


def test_a_person_and_the_sender_at_once_are_a_chain_of_both(dialer, send, decide, amounts):
    dialer.add_call()
    cost_id = send(FIRST).json["cost_id"]

    at_once(*[lambda: send(THEN), lambda: decide(cost_id, LAST)] * 4)

    booked = amounts()
    assert (booked[0], set(booked[1:])) == (FIRST, {THEN, LAST})


def test_two_people_at_once_change_it_to_the_same_once(dialer, send, decide, amounts):
    dialer.add_call()
    cost_id = send(FIRST).json["cost_id"]

    corrections = at_once(*[lambda: decide(cost_id, THEN)] * 8)

    assert sum(correction.is_change for correction in corrections) == 1
    assert amounts() == [FIRST, THEN]


def test_people_at_once_on_a_cost_whose_delivery_is_pruned_are_a_chain(dialer, send, decide):
    cost_id = send(FIRST).json["cost_id"]
    dialer.execute("DELETE FROM deliveries")

    at_once(*[lambda cost=cost: decide(cost_id, cost) for cost in range(1, 9)])

    changes = list_changes(dialer, cost_id)
    assert [change["cost_from"] for change in changes] == [FIRST, *(change["cost_to"] for change in changes[:-1])]
    assert (len(changes), dialer.costs()[0]["cost"]) == (8, changes[-1]["cost_to"])


def test_calls_of_one_lead_corrected_at_once_leave_it_the_newest(dialer, app, key, tables):
    lead_id = dialer.add_lead()
    callers = [f"72055501{number}" for number in range(10, 18)]
    for number, caller in enumerate(callers):
        dialer.add_call(call_from=caller, lead_id=lead_id)
        fire(app, key, caller, 10 + number)

    at_once(*[lambda caller=caller: [fire(app, key, caller, cost) for cost in (50, 51, 0)] for caller in callers[2:]])

    assert_amounts_agree(dialer)
    assert dialer.lead_cost(lead_id) == 11


def fire(app, key, caller, cost):
    response = app.test_client().post(f"{URL}/8005550142/{caller}", headers=key, json={**CALL, "cost": cost})
    assert response.status_code == 200


@pytest.mark.parametrize("moment", ["find_delivery", "lock_delivery"])
@pytest.mark.parametrize("after", [False, True])
def test_a_match_while_a_correction_begins_gives_the_lead_its_amount(
    dialer, send, match, amounts, monkeypatch, moment, after
):
    send(FIRST)
    lead_id = dialer.add_call()

    with beside(monkeypatch, moment, match, after):
        send(THEN)

    assert amounts() == [FIRST, THEN]
    assert dialer.lead_cost(lead_id) == THEN


@pytest.mark.parametrize("moment", ["find_billed_delivery", "lock_delivery", "lock_cost", "update_cost"])
@pytest.mark.parametrize("after", [False, True])
def test_a_match_while_a_person_corrects_gives_the_lead_its_amount(
    dialer, send, decide, match, amounts, monkeypatch, moment, after
):
    cost_id = send(FIRST).json["cost_id"]
    lead_id = dialer.add_call()

    with beside(monkeypatch, moment, match, after):
        decide(cost_id, THEN)

    assert amounts() == [FIRST, THEN]
    assert dialer.lead_cost(lead_id) == THEN


@pytest.mark.parametrize("moment", ["update_matched_delivery", "find_newest_cost", "update_first_contact_cost"])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("cost", [THEN, Decimal(0)])
def test_a_correction_while_a_call_is_matched_reaches_its_lead(
    dialer, send, match, amounts, monkeypatch, moment, after, cost
):
    send(FIRST)
    lead_id = dialer.add_call()

    with beside(monkeypatch, moment, lambda: send(cost), after):
        match()

    assert amounts() == [FIRST, cost]
    assert dialer.lead_cost(lead_id) == cost


def test_another_call_billed_while_one_is_cancelled_stays_on_the_lead(dialer, send, tables, monkeypatch):
    """The new call has claimed its key and not reached the lead, which the cancellation has locked."""
    lead_id = dialer.add_call()
    dialer.add_call(call_from="7205550199", lead_id=lead_id)
    send(FIRST)

    other = f"{URL}/8005550142/7205550199"
    with beside(monkeypatch, "find_newest_cost", lambda: send(LAST, other), after=True):
        send(0)

    assert_amounts_agree(dialer)
    assert dialer.lead_cost(lead_id) == LAST


def superseded(dialer):
    rows = dialer.execute("SELECT delivery_id FROM deliveries WHERE outcome = 'superseded'").fetchall()
    return [row["delivery_id"] for row in rows]


def test_one_superseded_delivery_replayed_by_eight_is_booked_once(dialer, send, replay, amounts):
    for cost in (FIRST, THEN, FIRST):
        send(cost)
    (delivery_id,) = superseded(dialer)

    at_once(*[lambda: replay(delivery_id)] * 8)

    assert amounts() == [FIRST, THEN, FIRST]
    assert list_outcomes(dialer).count("corrected") == 2


def test_two_superseded_deliveries_replayed_at_once_are_one_change(dialer, send, replay, amounts):
    for cost in (FIRST, THEN, FIRST, FIRST):
        send(cost)

    at_once(*[lambda delivery_id=delivery_id: replay(delivery_id) for delivery_id in superseded(dialer)])

    assert amounts() == [FIRST, THEN, FIRST]


def test_a_correction_beside_a_replay_is_a_chain_of_both(dialer, send, replay, amounts):
    for cost in (FIRST, THEN, FIRST):
        send(cost)
    (delivery_id,) = superseded(dialer)

    at_once(lambda: replay(delivery_id), *[lambda: send(LAST)] * 4)

    booked = amounts()
    assert (booked[:2], sorted(booked[2:])) == ([FIRST, THEN], sorted([FIRST, LAST]))


@pytest.mark.slow
def test_a_crowd_of_changes_matches_and_people_leaves_all_in_agreement(dialer, app, key, match, decide, tables):
    callers = [f"72055501{number}" for number in range(10, 16)]
    leads = [dialer.add_lead() for _ in range(2)]
    for caller in callers:
        fire(app, key, caller, 25)
    cost_ids = [cost["cost_id"] for cost in dialer.costs()]

    def send_some(caller, lead_id):
        with tables.connect() as connection:
            for number, cost in enumerate((24, 25, 0, 23, 24, 22)):
                fire(app, key, caller, cost)
                if number == 2:
                    Dialer(connection).add_call(call_from=caller, lead_id=lead_id)

    senders = [lambda n=n, caller=caller: send_some(caller, leads[n % 2]) for n, caller in enumerate(callers)]
    people = [lambda: [decide(cost_id, 30 + n) for n, cost_id in enumerate(cost_ids)]]
    at_once(*senders, *people, *[lambda: [match() for _ in range(15)]] * 2)
    match()

    assert_amounts_agree(dialer)
    assert len(dialer.costs()) == len(callers)
    for n, cost_id in enumerate(cost_ids):
        assert sorted(list_amounts(dialer, cost_id)) == sorted([25, 24, 0, 23, 22, 30 + n])
