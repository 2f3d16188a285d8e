"""Amounts of one call that come out of the spool: booked in the order in which they were sent, whatever came since."""

import signal
import threading
import time
from decimal import Decimal

import pytest

from ingress import create_app
from ingress.billing.correct import Author, correct_cost
from ingress.billing.replay import replay
from ingress.database import queries
from ingress.spool import drainer
from tests.billing.amounts import assert_amounts_agree, list_amounts, list_outcomes
from tests.children import run_in_child
from tests.conftest import URL
from tests.spool.test_drainer import deadly

pytestmark = pytest.mark.slow

CALL = {"call_date": "2024-03-05T14:21:09Z"}
LATER = {"call_date": "2024-03-05T14:22:09Z"}
FIRST, THEN, LAST = Decimal(25), Decimal("18.75"), Decimal(20)


@pytest.fixture
def app(dialer, spool_folder):
    return create_app()


@pytest.fixture
def lead_id(dialer):
    return dialer.add_call()


@pytest.fixture
def send(app, key):
    """Report what the call costs, from any thread; returns the JSON of the answer."""

    def send(cost, call=CALL):
        request = {"headers": key, "json": {**call, "cost": str(cost)}}
        return app.test_client().post(f"{URL}/8005550142/7205550134", **request).json

    return send


@pytest.fixture
def keep_amounts(keep):
    """Report amounts of the call during an outage."""

    def keep_amounts(*costs):
        for cost in costs:
            keep(json={**CALL, "cost": str(cost)})

    return keep_amounts


@pytest.fixture
def decide(app):
    """Change the only cost as a person."""

    def decide(dialer, cost):
        with app.app_context():
            correct_cost(dialer.costs()[0]["cost_id"], cost, Author("ann", "credited"))

    return decide


@pytest.fixture
def amounts(dialer):
    """The amounts that the only cost has had; all that must hold is checked, too."""

    def amounts():
        (cost,) = dialer.costs()
        assert_amounts_agree(dialer)
        return list_amounts(dialer, cost["cost_id"])

    return amounts


@pytest.fixture
def pass_time(dialer):
    """Let what is in the log have come in so many seconds ago."""
    return lambda seconds: dialer.execute("UPDATE deliveries SET received = received - INTERVAL %s SECOND", seconds)


def test_several_amounts_in_the_spool_are_booked_in_their_order(lead_id, keep_amounts, drained, amounts):
    keep_amounts(FIRST, THEN, LAST)

    assert drained() == {"billed": 1, "corrected": 2}

    assert amounts() == [FIRST, THEN, LAST]


def test_amounts_of_different_seconds_are_booked_in_their_order(lead_id, keep_amounts, drained, amounts):
    """The later ones are older than the moment in which those before were booked."""
    for cost in (FIRST, THEN, LAST):
        keep_amounts(cost)
        time.sleep(1.1)

    assert drained() == {"billed": 1, "corrected": 2}

    assert amounts() == [FIRST, THEN, LAST]


def test_a_retry_in_the_spool_does_not_undo_a_correction(lead_id, keep_amounts, drained, amounts):
    keep_amounts(FIRST, THEN, FIRST)

    assert drained() == {"billed": 1, "corrected": 1, "superseded": 1}

    assert amounts() == [FIRST, THEN]


def test_a_correction_in_the_spool_is_booked_on_a_call_billed_before(lead_id, send, keep_amounts, drained, amounts):
    send(FIRST)
    keep_amounts(THEN)

    assert drained() == {"corrected": 1}

    assert amounts() == [FIRST, THEN]


def test_a_first_amount_that_comes_after_its_correction_is_superseded(lead_id, send, keep_amounts, drained, amounts):
    keep_amounts(FIRST)
    send(THEN)

    assert drained() == {"superseded": 1}

    assert amounts() == [THEN]


def test_an_amount_older_than_the_last_correction_is_superseded(
    lead_id, send, keep_amounts, drained, amounts, pass_time
):
    send(FIRST)
    keep_amounts(THEN)
    pass_time(60)
    send(LAST)

    assert drained() == {"superseded": 1}

    assert amounts() == [FIRST, LAST]


def test_an_amount_newer_than_the_last_correction_corrects_it(lead_id, send, keep_amounts, drained, amounts, pass_time):
    send(FIRST)
    send(THEN)
    pass_time(60)
    keep_amounts(LAST)

    assert drained() == {"corrected": 1}

    assert amounts() == [FIRST, THEN, LAST]


def test_what_a_person_decided_after_it_was_sent_stands(dialer, lead_id, send, keep_amounts, decide, drained, amounts):
    send(FIRST)
    keep_amounts(THEN)
    decide(dialer, LAST)

    assert drained() == {"superseded": 1}

    assert amounts() == [FIRST, LAST]


def test_what_is_sent_after_a_person_decided_corrects_it(dialer, lead_id, send, keep_amounts, decide, drained, amounts):
    send(FIRST)
    decide(dialer, LAST)
    dialer.execute("UPDATE cost_changes SET changed = changed - INTERVAL 60 SECOND")
    keep_amounts(THEN)

    assert drained() == {"corrected": 1}

    assert amounts() == [FIRST, LAST, THEN]


def test_what_a_person_has_replayed_counts_from_then(dialer, app, lead_id, send, keep_amounts, drained, amounts):
    for cost in (FIRST, THEN, FIRST):
        send(cost)
    dialer.execute("UPDATE deliveries SET received = received - INTERVAL 60 SECOND")
    keep_amounts(LAST)
    (superseded,) = dialer.execute("SELECT delivery_id FROM deliveries WHERE outcome = 'superseded'").fetchall()
    with app.app_context():
        replay(superseded["delivery_id"], {})

    assert drained() == {"superseded": 1}

    assert amounts() == [FIRST, THEN, FIRST]


def test_a_superseded_late_amount_can_be_booked_by_hand(dialer, app, lead_id, send, keep_amounts, drained, amounts):
    keep_amounts(FIRST)
    send(THEN)
    drained()
    (superseded,) = dialer.execute("SELECT delivery_id FROM deliveries WHERE outcome = 'superseded'").fetchall()

    with app.app_context():
        replay(superseded["delivery_id"], {})

    assert amounts() == [THEN, FIRST]
    assert list_outcomes(dialer) == ["billed", "replayed", "corrected"]


def test_a_cancellation_in_the_spool_gives_the_lead_the_cost_before(dialer, lead_id, send, keep, drained):
    send(FIRST)
    send(LAST, LATER)
    keep(json={**LATER, "cost": "0"})

    assert drained() == {"corrected": 1}

    assert_amounts_agree(dialer)
    assert dialer.lead_cost(lead_id) == FIRST


def test_a_call_cancelled_before_it_comes_out_of_the_spool_costs_nothing(
    dialer, lead_id, send, keep_amounts, drained, amounts
):
    keep_amounts(FIRST)
    send(0)

    assert drained() == {"superseded": 1}

    assert amounts() == [0]
    assert dialer.lead_cost(lead_id) == 0


# The statements at which the drainer is killed, the second time that it comes to them
STATEMENTS = [
    "lock_delivery",
    "lock_cost",
    "insert_unbilled_delivery",
    "insert_cost_change",
    "update_cost",
    "lock_lead",
    "update_first_contact_cost",
    "update_delivery_answered",
]


@pytest.mark.parametrize("statement", STATEMENTS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_moment_the_drainer_books_each_amount_once(
    app, lead_id, keep_amounts, drained, amounts, statement, when
):
    keep_amounts(FIRST, THEN, LAST)

    def drain_and_die():
        with pytest.MonkeyPatch.context() as patch, app.app_context():
            patch.setattr(queries, statement, deadly(getattr(queries, statement), when))
            drainer.drain()

    assert run_in_child(drain_and_die) == -signal.SIGKILL
    drained()

    assert amounts() == [FIRST, THEN, LAST]
    assert app.extensions["spool"].measure().depth == 0


@pytest.mark.parametrize("late", [FIRST, LAST])
@pytest.mark.usefixtures("lead_id")
def test_the_drainer_beside_live_corrections_ends_with_theirs(app, send, keep_amounts, amounts, late):
    """The late one was sent before the live ones: it is the first amount, or it is superseded."""
    keep_amounts(late)
    barrier = threading.Barrier(5)

    def drain():
        barrier.wait()
        with app.app_context():
            drainer.drain()

    def correct():
        barrier.wait()
        send(THEN)

    threads = [threading.Thread(target=work) for work in (drain, correct, correct, correct, correct)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert amounts() in ([late, THEN], [THEN])
    assert app.extensions["spool"].measure().depth == 0
