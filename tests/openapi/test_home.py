"""`/`: whoever has only the address learns what this is and where to read on."""

import re

import pytest

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
def test_a_program_is_told_what_this_is_and_where_it_is_described(client, accept):
    answer = client.get("/", headers={"Accept": accept} if accept else {})

    assert (answer.status_code, answer.content_type) == (200, "application/json")
    assert answer.json["service"] == "billable-call ingress"
    assert client.get(answer.json["openapi"]).json["openapi"].startswith("3.1")


def test_a_browser_gets_links_that_lead_somewhere(client):
    with client.get("/", headers={"Accept": BROWSER}) as answer:
        page = answer.text
        assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Vary"] == "Accept"

    links = re.findall(r'href="([^"]+)"', page)
    assert {"docs", "openapi.json"} <= set(links)
    for link in links:
        with client.get(f"/{link}") as linked:
            assert linked.status_code == 200


def test_costs_are_not_sent_there(client, key):
    assert client.post("/", headers=key, json={"cost": 1}).status_code == 405
