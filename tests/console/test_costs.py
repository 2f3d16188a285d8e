"""The page of a cost: its history, and a change that a person confirms with a reason."""

from decimal import Decimal

import pytest

from tests.console.pages import post_form
from tests.vicidial import both_dialers

CALL = {"cost": "25", "call_date": "2024-03-05T14:21:09Z"}


@pytest.fixture
def cost(console, dialer, client, key):
    """The path of a cost of 25 with a lead."""
    dialer.add_call()
    response = client.post("/api/ingress/calls/inbound/billable/8005550142/7205550134", json=CALL, headers=key)
    return f"/console/costs/{response.json['cost_id']}"


def changes(dialer):
    return dialer.execute("SELECT * FROM cost_changes ORDER BY change_id").fetchall()


def test_a_cost_links_to_its_delivery_and_says_that_it_never_changed(console, cost):
    page = console.get(cost).text

    assert "25.00" in page
    assert "The amount has never changed." in page
    assert 'href="/console/deliveries/' in page


def test_a_change_first_shows_what_the_lead_will_get(console, cost, dialer):
    page = post_form(console, cost, cost="18.75", reason="a credit")

    assert page.status_code == 200
    assert "will carry <strong>18.75</strong>" in page.text
    assert dialer.costs()[0]["cost"] == Decimal(25)
    assert changes(dialer) == ()


@both_dialers
def test_a_confirmed_change_is_written_with_its_author_and_reason(console, cost, dialer, admin):
    response = post_form(console, cost, cost="18.75", reason="a credit", confirmed="18.7500")

    assert (response.status_code, response.location) == (303, cost)
    assert dialer.costs()[0]["cost"] == Decimal("18.75")
    assert dialer.lead_cost(dialer.execute("SELECT lead_id FROM leads").fetchone()["lead_id"]) == Decimal("18.75")
    (change,) = changes(dialer)
    assert (change["changed_by"], change["reason"], change["api_id"]) == ("ann", "a credit", int(admin))
    assert "18.75" in console.get(cost).text


def test_a_confirmation_of_another_amount_confirms_nothing(console, cost, dialer):
    page = post_form(console, cost, cost="18.75", reason="a credit", confirmed="1.0000")

    assert "will carry" in page.text
    assert changes(dialer) == ()


def test_the_same_amount_changes_nothing(console, cost, dialer):
    response = post_form(console, cost, cost="25", reason="a credit", confirmed="25.0000")

    assert response.status_code == 303
    assert "nothing has changed" in console.get(cost).text
    assert changes(dialer) == ()


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"cost": "-5", "reason": "a credit"}, "0 to cancel it"),
        ({"cost": "", "reason": "a credit"}, "Not an amount"),
        ({"cost": "5", "reason": " "}, "Say why"),
        ({"cost": "5", "reason": "x" * 501}, "At most 500 characters"),
    ],
)
def test_a_wrong_amount_or_reason_is_said_beside_its_field(console, cost, dialer, form, complaint):
    page = post_form(console, cost, **form)

    assert page.status_code == 400
    assert complaint in page.text
    assert changes(dialer) == ()


@pytest.mark.parametrize("cost_id", [999_999, 2**70])
def test_a_cost_that_is_not_there_is_a_404(console, cost_id):
    assert console.get(f"/console/costs/{cost_id}").status_code == 404


def test_a_change_needs_the_token_of_a_form(console, cost, dialer):
    response = console.post(cost, data={"cost": "5", "reason": "a credit", "confirmed": "5.0000"})

    assert response.status_code == 400
    assert changes(dialer) == ()


def test_a_stranger_sees_no_cost(client, cost):
    assert client.get(cost).status_code == 303
