"""One delivery in full, and its replay."""

import pytest

from tests.calls import CALL
from tests.console.pages import newest, post_form, reason_of


def test_a_callers_text_is_only_text(console, post, dialer):
    post(json={**CALL, "notes": "<script>alert(1)</script>\"'><b>"}, query_string={"utm": "</pre><script>"})

    page = console.get(f"/console/deliveries/{newest(dialer)}").text

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>" not in page


def test_a_duplicate_links_to_the_first_and_shows_its_answer(console, post, dialer):
    first = post(json=CALL)
    post(json=CALL)

    row = dialer.execute("SELECT * FROM deliveries ORDER BY delivery_id DESC").fetchone()
    page = console.get(f"/console/deliveries/{row['delivery_id']}").text

    assert f'href="/console/deliveries/{row["duplicate_of"]}"' in page
    assert f"&#34;cost_id&#34;: &#34;{first.json['cost_id']}&#34;" in page


def test_a_replayed_delivery_and_its_replay_link_to_each_other(console, three, dialer):
    refused = three[1]["delivery_id"]

    answer = post_form(console, f"/console/deliveries/{refused}/replay", cost="7.25")
    page = console.get(answer.location).text

    mending = newest(dialer)
    assert (answer.status_code, answer.location) == (303, f"/console/deliveries/{mending}")
    assert f"Replayed and billed as cost {dialer.costs()[-1]['cost_id']}." in page
    assert f'It is a replay of <a href="/console/deliveries/{refused}"' in page
    assert f"has been replayed as delivery {mending}" in reason_of(console, refused)
    assert [str(cost["cost"]) for cost in dialer.costs()] == ["12.5000", "12.5000", "7.2500"]


def test_a_failed_replay_shows_the_error_and_the_form_as_filled_in(console, three, dialer):
    refused = three[1]["delivery_id"]

    page = post_form(console, f"/console/deliveries/{refused}/replay", cost="<free>")

    assert page.status_code == 400
    assert "Invalid Cost: &lt;free&gt;" in page.text
    assert 'value="&lt;free&gt;"' in page.text
    assert len(dialer.costs()) == 2


def test_a_dry_run_is_replayed_as_one_unless_the_form_says_otherwise(console, post, dialer):
    post(json={**CALL, "dry_run": True})
    path = f"/console/deliveries/{newest(dialer)}"

    post_form(console, f"{path}/replay")
    tried = console.get(path).text
    billed = post_form(console, f"{path}/replay", dry_run="0")

    assert "Replayed as a dry run: it would be billed." in tried
    assert "and billed as cost" in console.get(billed.location).text
    assert len(dialer.costs()) == 1


def test_a_delivery_replayed_twice_is_billed_once(console, three, dialer):
    path = f"/console/deliveries/{three[1]['delivery_id']}/replay"
    post_form(console, path, cost="7.25")

    again = post_form(console, path, cost="7.25")

    assert again.status_code == 409
    assert "Already Replayed" in again.text
    assert len(dialer.costs()) == 3


def test_a_replayed_billed_delivery_gets_its_first_answer(console, three, dialer):
    path = f"/console/deliveries/{three[0]['delivery_id']}"

    answer = post_form(console, f"{path}/replay")

    assert answer.location == path
    assert "nothing was billed again" in console.get(path).text
    assert len(dialer.costs()) == 2


@pytest.mark.parametrize(
    "path", ["/console/deliveries/999999", f"/console/deliveries/{2**70}", "/console/deliveries/1/replay"]
)
def test_an_unknown_delivery_is_a_404_page(console, path):
    page = console.get(path)

    assert page.status_code == 404
    assert "No Such Delivery" in page.text
