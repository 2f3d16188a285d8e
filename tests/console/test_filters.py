"""The log's filters and its pages."""

import json
import re

import pytest

from tests.calls import CALL


@pytest.fixture(autouse=True)
def short_pages(monkeypatch):
    monkeypatch.setattr("ingress.console.deliveries.PAGE_ROWS", 3)


def listed(page):
    """The outcomes that a page of the log shows."""
    return re.findall(r'<span class="outcome \w+">(\w+)', page.text)


@pytest.mark.parametrize(
    ("asked", "outcomes"),
    [
        ({}, ["unmatched", "refused", "billed"]),
        ({"outcome": "refused"}, ["refused"]),
        ({"api_id": "retreaver"}, ["unmatched", "refused"]),
        ({"api_id": "retreaver", "outcome": "unmatched"}, ["unmatched"]),
        ({"did": "+1 (800) 555-0142"}, ["refused", "billed"]),
        ({"cid": "303-555-0177"}, ["unmatched"]),
        ({"request_id": 0}, ["billed"]),
        ({"since": "2020-01-01", "until": "9999-12-31"}, ["unmatched", "refused", "billed"]),
        ({"until": "2020-01-01"}, []),
        ({"since": "2100-01-01"}, []),
    ],
)
def test_the_log_is_filtered(console, three, asked, outcomes):
    if "api_id" in asked:
        asked = {**asked, "api_id": three[1]["api_id"]}
    if "request_id" in asked:
        asked = {"request_id": three[0]["request_id"]}

    assert listed(console.get("/console/deliveries", query_string=asked)) == outcomes


def test_the_command_lists_the_same_deliveries(app, three):
    def run(*args):
        return app.test_cli_runner().invoke(args=["deliveries", "list", *args])

    output = run("--outcome", "refused", "--did", "800-555-0142").output
    both = run("--key", str(three[1]["api_id"]), "--at-most", "1").output
    wrong = run("--did", "0003")

    assert json.loads(output)["error"] == "Missing or Invalid Cost"
    assert json.loads(both)["outcome"] == "unmatched"
    assert (wrong.exit_code, "did: Not a North American number" in wrong.output) == (2, True)


@pytest.mark.parametrize(
    "asked",
    [
        *({"did": "0003"}, {"cid": "x"}, {"api_id": "x"}, {"outcome": "odd"}, {"since": "x"}, {"request_id": "x"}),
        *({"before": "x"}, {"before_id": "x"}),
    ],
    ids=str,
)
def test_a_filter_that_cannot_be_read_is_named(console, three, asked):
    page = console.get("/console/deliveries", query_string=asked)

    assert page.status_code == 200
    assert listed(page) == []
    assert "cannot be read yet" in page.text


def test_the_pages_of_the_log_hold_each_delivery_exactly_once(console, post, dialer):
    for number in range(7):
        post(json={**CALL, "cost": str(number)})
    dialer.execute("UPDATE deliveries SET received = '2026-03-05 14:21:09'")
    seen, path = [], "/console/deliveries"

    while path:
        page = console.get(path)
        seen += re.findall(r"/console/deliveries/(\d+)", page.text)
        older = re.search(r'rel="next" href="([^"]+)"', page.text)
        path = older and older[1].replace("&amp;", "&")

    ids = [row["delivery_id"] for row in dialer.execute("SELECT delivery_id FROM deliveries").fetchall()]
    assert seen == [str(number) for number in sorted(ids, reverse=True)]
