"""What people do to a cost: correct it, cancel it, look at what that would do; once, and with its history."""

import json
import threading
from decimal import Decimal

import pytest

from ingress import create_app
from ingress.billing.correct import Author, correct_cost
from ingress.errors import NoSuchCost, TLDialerConnectionError
from tests.billing.amounts import assert_amounts_agree, list_amounts, list_changes
from tests.vicidial import both_dialers

CALL = {"call_date": "2024-03-05T14:21:09Z"}
LATER = {"call_date": "2024-03-05T14:22:09Z"}
ANN = Author("ann", "credited in March's invoice", api_id=310)


@pytest.fixture
def correct(app):
    """Change a cost as a person; returns the Correction."""

    def correct(cost_id, cost, author=ANN, **options):
        with app.app_context():
            return correct_cost(int(cost_id), Decimal(cost), author, **options)

    return correct


@pytest.fixture
def lead_id(dialer):
    return dialer.add_call()


@pytest.fixture
def cost_id(lead_id, post):
    """The cost of the lead's call: 25."""
    return int(post(json={**CALL, "cost": "25"}).json["cost_id"])


@both_dialers
def test_a_person_corrects_a_cost_and_its_lead_follows(dialer, cost_id, lead_id, correct):
    correction = correct(cost_id, "18.75")

    assert (correction.cost_from, correction.cost_to, correction.is_change) == (25, Decimal("18.75"), True)
    assert (correction.lead_id, *correction.lead) == (lead_id, 1, 1, Decimal("18.75"))
    assert list_amounts(dialer, cost_id) == [25, Decimal("18.75")]
    assert_amounts_agree(dialer)


def test_the_history_has_the_person_the_reason_and_the_admins_key(dialer, cost_id, correct):
    correct(cost_id, "18.75")

    (change,) = list_changes(dialer, cost_id)
    assert (change["changed_by"], change["reason"]) == ("ann", "credited in March's invoice")
    assert (change["api_id"], change["delivery_id"]) == (310, None)


def test_a_cancelled_cost_shows_what_the_lead_carries_then(dialer, post, cost_id, lead_id, correct):
    newer = post(json={**LATER, "cost": "30"}).json["cost_id"]

    correction = correct(newer, "0")

    assert (correction.lead_id, *correction.lead) == (lead_id, 0, 0, 25)
    assert_amounts_agree(dialer)


def test_the_same_change_twice_is_one_line_of_history(dialer, cost_id, correct):
    correct(cost_id, "18.75")

    again = correct(cost_id, "18.750")

    assert not again.is_change
    assert len(list_changes(dialer, cost_id)) == 1


def test_no_change_leaves_the_lead_as_it_is(dialer, cost_id, lead_id, correct):
    dialer.execute("UPDATE leads SET cost = 99")

    correct(cost_id, "25")

    assert dialer.lead_cost(lead_id) == 99


@both_dialers
def test_a_dry_run_tells_what_would_be_and_writes_nothing(dialer, cost_id, lead_id, correct):
    dry = correct(cost_id, "18.75", is_dry_run=True)

    assert (dry.is_change, dry.cost_from, dry.cost_to) == (True, 25, Decimal("18.75"))
    assert (dry.lead_id, *dry.lead) == (lead_id, 1, 1, Decimal("18.75"))
    assert list_amounts(dialer, cost_id) == [25]
    assert_amounts_agree(dialer)


@pytest.mark.parametrize("wrong", [0, -1, 10**9, 2**64])
def test_a_cost_that_is_none_is_said_so(dialer, cost_id, correct, wrong):
    with pytest.raises(NoSuchCost, match=str(wrong)):
        correct(wrong, "18.75")

    assert list_amounts(dialer, cost_id) == [25]


def test_a_cost_that_came_another_way_is_none_of_ours(dialer, correct):
    cost_id = dialer.execute(
        "INSERT INTO call_costs (date_billed, cost, method, call_date, call_from, call_to)"
        " VALUES ('2024-03-05', 25, 'import', '2024-03-05', '7205550134', '8005550142')"
    ).lastrowid

    with pytest.raises(NoSuchCost):
        correct(cost_id, "0")

    assert dialer.costs()[0]["cost"] == 25


def test_a_sender_does_not_undo_what_a_person_decided(dialer, post, cost_id, correct):
    first = post(json={**CALL, "cost": "25"}).json
    correct(cost_id, "0")

    late = post(json={**CALL, "cost": "25"})

    assert late.json == {**first, "corrected_to": "0.0000"}
    assert list_amounts(dialer, cost_id) == [25, 0]


def test_a_new_amount_of_the_sender_corrects_what_a_person_decided(dialer, post, cost_id, correct):
    correct(cost_id, "20")

    assert post(json={**CALL, "cost": "18.75"}).json["corrected_from"] == "20.0000"
    assert list_amounts(dialer, cost_id) == [25, 20, Decimal("18.75")]


def test_the_amount_that_a_person_set_is_answered_as_a_success(post, cost_id, correct):
    first = post(json={**CALL, "cost": "25"}).json
    correct(cost_id, "20")

    again = post(json={**CALL, "cost": "20"})

    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.json["cost_id"], again.json["inserted"]["cost"]) == (str(cost_id), "20.0000")
    assert list(again.json) == list(first)


@pytest.mark.parametrize("key", [{"on_change": "refuse"}], indirect=True)
def test_a_key_that_refuses_changes_binds_its_sender_only(dialer, post, cost_id, correct):
    correct(cost_id, "20")

    assert post(json={**CALL, "cost": "18.75"}).json == {"error": "Cost Already Set: 20.0000"}
    assert list_amounts(dialer, cost_id) == [25, 20]


@pytest.fixture
def key(request, create_key):
    """The sender's key; a test may give it columns of its own."""
    return create_key(**getattr(request, "param", {}))


def test_an_unmatched_cost_is_corrected_without_a_lead(dialer, post, correct):
    cost_id = post(json={**CALL, "cost": "25"}).json["cost_id"]

    correction = correct(cost_id, "18.75")

    assert (correction.lead_id, *correction.lead) == (None, 0, 0, None)
    assert list_amounts(dialer, cost_id) == [25, Decimal("18.75")]


@pytest.fixture
def forget(dialer):
    """Prune deliveries as `deliveries prune` does."""
    return lambda: dialer.execute("DELETE FROM deliveries")


@both_dialers
def test_a_cost_whose_delivery_is_pruned_is_found_by_its_call(dialer, cost_id, lead_id, correct, forget):
    forget()

    correction = correct(cost_id, "18.75")

    assert (correction.lead_id, *correction.lead) == (lead_id, 1, 1, Decimal("18.75"))
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == Decimal("18.75")
    assert [change["cost_to"] for change in list_changes(dialer, cost_id)] == [Decimal("18.75")]


@both_dialers
def test_a_pruned_cost_that_is_cancelled_leaves_its_lead_nothing(dialer, cost_id, lead_id, correct, forget):
    forget()

    correct(cost_id, "0")

    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 0


def test_a_pruned_cost_leaves_the_newer_one_that_is_logged(dialer, post, cost_id, lead_id, correct, forget):
    forget()
    post(json={**LATER, "cost": "30"})

    correction = correct(cost_id, "18.75")

    assert (correction.lead_id, *correction.lead) == (lead_id, 0, 0, 30)
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 30


def test_a_pruned_cost_leaves_a_newer_one_that_is_pruned_too(dialer, post, cost_id, lead_id, correct, forget):
    post(json={**LATER, "cost": "30"})
    forget()

    correction = correct(cost_id, "18.75")

    assert (correction.lead_id, *correction.lead) == (lead_id, 0, 0, 30)
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) == 30


def test_a_pruned_cost_without_a_call_changes_alone(dialer, post, correct, forget):
    cost_id = post(json={**CALL, "cost": "25"}).json["cost_id"]
    forget()

    correction = correct(cost_id, "18.75")

    assert (correction.lead_id, *correction.lead) == (None, 0, 0, None)
    assert dialer.costs()[0]["cost"] == Decimal("18.75")


def test_a_long_name_and_reason_are_cut_to_what_the_history_holds(dialer, cost_id, correct):
    correct(cost_id, "18.75", Author("ä" * 200, "💶" * 600))

    (change,) = list_changes(dialer, cost_id)
    assert (change["changed_by"], change["reason"]) == ("ä" * 100, "💶" * 500)


def test_a_database_that_is_away_is_an_error_and_changes_nothing(dialer, cost_id, correct, broken_connection):
    broken_connection()

    with pytest.raises(TLDialerConnectionError):
        correct_from_a_thread(cost_id)

    assert list_amounts(dialer, cost_id) == [25]


def correct_from_a_thread(cost_id):
    """In a new thread, which has no connection yet."""
    raised = []

    def work():
        with create_app().app_context():
            try:
                correct_cost(cost_id, Decimal(1), ANN)
            except TLDialerConnectionError as error:
                raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    raise raised[0]


def test_nothing_may_change_or_delete_a_line_of_history(dialer, app, cost_id, correct):
    """`ingress grants` gives the service no right to."""
    correct(cost_id, "18.75")

    for statement in ("UPDATE cost_changes SET cost_to = 1", "DELETE FROM cost_changes", "TRUNCATE cost_changes"):
        with pytest.raises(Exception, match="denied"), app.extensions["database"].connection() as connection:
            connection.cursor().execute(statement)

    assert json.dumps(list_changes(dialer, cost_id), default=str).count("18.75") == 1
