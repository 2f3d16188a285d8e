"""A lead and its first contact carry the amount of the newest call that is not cancelled, 0 when all are."""

from decimal import Decimal

import pytest

from ingress.database import queries
from tests.billing.amounts import assert_amounts_agree, list_amounts
from tests.vicidial import both_dialers

FIRST, SECOND, THIRD = ({"call_date": f"2024-03-05T14:2{minute}:09Z"} for minute in (1, 2, 3))

pytestmark = pytest.mark.usefixtures("way_of_billing")


@pytest.fixture
def lead_id(dialer):
    """The lead of all three calls."""
    return dialer.add_call()


@pytest.fixture
def carried(dialer):
    """What a lead carries; its first contact must carry the same."""

    def carried(lead_id):
        assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id)
        assert_amounts_agree(dialer)
        return dialer.lead_cost(lead_id)

    return carried


@pytest.fixture
def match(app):
    return lambda: app.test_cli_runner().invoke(args=["match"]).output


@both_dialers
def test_a_cancelled_call_gives_its_lead_the_one_before(post, lead_id, carried):
    post(json={**FIRST, "cost": "12"})
    post(json={**SECOND, "cost": "25"})

    answer = post(json={**SECOND, "cost": "0"}).json

    assert carried(lead_id) == 12
    assert (answer["updated"], answer["first_contact"]) == (0, 0)
    assert (answer["lead"]["lead_id"], answer["lead"]["cost"]) == (str(lead_id), "12.0000")


def test_the_one_before_is_the_newest_that_is_not_cancelled(post, lead_id, carried):
    for call, cost in ((FIRST, "12"), (SECOND, "14"), (THIRD, "25"), (SECOND, "0"), (THIRD, "0")):
        post(json={**call, "cost": cost})

    assert carried(lead_id) == 12


@both_dialers
def test_when_all_calls_are_cancelled_the_lead_costs_nothing(post, lead_id, carried):
    for call, cost in ((FIRST, "12"), (SECOND, "25"), (SECOND, "0")):
        post(json={**call, "cost": cost})

    answer = post(json={**FIRST, "cost": "0"}).json

    assert carried(lead_id) == 0
    assert (answer["updated"], answer["first_contact"], answer["lead"]["cost"]) == (1, 1, "0.0000")


@both_dialers
def test_a_correction_of_an_older_call_leaves_the_newer_cost(post, lead_id, carried):
    post(json={**FIRST, "cost": "12"})
    post(json={**SECOND, "cost": "25"})

    answer = post(json={**FIRST, "cost": "11"}).json

    assert carried(lead_id) == 25
    assert (answer["updated"], answer["lead"]["cost"]) == (0, "25.0000")


def test_a_cancelled_call_that_costs_again_is_the_newest_again(post, lead_id, carried):
    for call, cost in ((FIRST, "12"), (SECOND, "25"), (SECOND, "0"), (SECOND, "20")):
        post(json={**call, "cost": cost})

    assert carried(lead_id) == 20


def test_a_first_amount_of_zero_leaves_the_lead_its_cost(dialer, post, lead_id, carried):
    post(json={**FIRST, "cost": "12"})

    answer = post(json={**SECOND, "cost": "0"}).json

    assert carried(lead_id) == 12
    assert (answer["updated"], answer["inserted"]["cost"]) == (0, "0.0000")
    assert len(dialer.costs()) == 2


@both_dialers
def test_a_first_amount_of_zero_is_what_a_new_lead_costs(post, lead_id, carried):
    answer = post(json={**FIRST, "cost": "0"}).json

    assert carried(lead_id) == 0
    assert (answer["updated"], answer["first_contact"], answer["lead"]["cost"]) == (1, 1, "0.0000")


def test_calls_of_one_second_are_ordered_by_their_request_ids(dialer, post, lead_id, carried):
    for call, cost in ((FIRST, "12"), (SECOND, "25"), (THIRD, "30")):
        post(json={**call, "cost": cost})
    dialer.execute("UPDATE deliveries SET received = '2024-03-05 15:00:00'")

    post(json={**THIRD, "cost": "0"})

    assert carried(lead_id) == 25


def test_a_lead_without_first_contact_is_corrected_alone(dialer, post):
    lead_id = dialer.add_call(lead_id=dialer.add_lead(first_contact=False))
    post(json={**FIRST, "cost": "25"})

    answer = post(json={**FIRST, "cost": "18.75"}).json

    assert dialer.lead_cost(lead_id) == Decimal("18.75")
    assert (answer["updated"], answer["first_contact"]) == (1, 0)


def test_a_lead_that_was_deleted_takes_no_correction(dialer, post, lead_id):
    cost_id = post(json={**FIRST, "cost": "25"}).json["cost_id"]
    dialer.execute("DELETE FROM leads")

    answer = post(json={**FIRST, "cost": "18.75"}).json

    assert (answer["updated"], answer["lead"], answer["first_contact"]) == (0, None, 0)
    assert list_amounts(dialer, cost_id) == [25, Decimal("18.75")]


@both_dialers
@pytest.mark.parametrize(("cost", "carries"), [("18.75", Decimal("18.75")), ("0", 0)])
def test_a_call_matched_late_gives_its_lead_the_present_amount(dialer, post, match, carried, cost, carries):
    post(json={**FIRST, "cost": "25"})
    post(json={**FIRST, "cost": cost})
    lead_id = dialer.add_call()

    assert match().startswith("looked at 1: 1 matched (1 leads updated")

    assert carried(lead_id) == carries


@both_dialers
def test_a_cancelled_call_matched_late_leaves_its_lead_the_older_cost(dialer, post, match, carried):
    lead_id = dialer.add_call()
    post(json={**FIRST, "cost": "12"})
    for cost in ("25", "0"):
        post("/8005550142/7205550199", json={**SECOND, "cost": cost})
    dialer.add_call(call_from="7205550199", lead_id=lead_id)

    assert match().startswith("looked at 1: 1 matched (0 leads updated, 1 had a newer cost)")

    assert carried(lead_id) == 12


@both_dialers
def test_a_call_matched_late_is_corrected_with_its_lead(dialer, post, match, carried):
    first = post(json={**FIRST, "cost": "25"})
    lead_id = dialer.add_call()
    match()

    answer = post(json={**FIRST, "cost": "18.75"}).json

    assert carried(lead_id) == Decimal("18.75")
    assert (answer["updated"], answer["lead"]["lead_id"]) == (1, str(lead_id))
    assert post(json={**FIRST, "cost": "25"}).json == {**first.json, "corrected_to": "18.7500"}


def test_a_call_billed_before_costs_could_change_is_corrected(dialer, post, lead_id, carried):
    """Its row is as such a service left it: no history, and no other line of the log names its cost."""
    post(json={**FIRST, "cost": "12"}, headers={"Idempotency-Key": "K1"})
    post(json={**SECOND, "cost": "25"}, headers={"Idempotency-Key": "K2"})
    dialer.execute("UPDATE deliveries SET received = received - INTERVAL 80 DAY")

    post(json={**SECOND, "cost": "0"}, headers={"Idempotency-Key": "K2"})

    assert carried(lead_id) == 12


def test_the_newest_cost_is_told_by_the_arrival_of_the_call(dialer, post, lead_id):
    first = post(json={**FIRST, "cost": "12"}).json
    second = post(json={**SECOND, "cost": "25"}).json
    post(json={**FIRST, "cost": "11"})

    newest = queries.find_newest_cost(dialer.connection, lead_id)

    assert (newest.cost_id, newest.cost) == (int(second["cost_id"]), 25)
    assert first["cost_id"] < second["cost_id"]
