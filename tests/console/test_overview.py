"""The first page: what came in by key and over time, and what waits in the spool."""

import re

from ingress import create_app
from ingress.access import key_cache
from tests.calls import CALL
from tests.conftest import URL, Outage
from tests.console.pages import CONSOLE_SECRET, sign_in


def test_the_overview_counts_what_came_in_by_key(dialer, client, console, create_key):
    dialer.add_call()
    ringba, _ = create_key(name="ringba"), create_key(name="silent")
    for call in (CALL, CALL, {"cost": "1234.5678", "call_date": "2024-03-05T14:22:09Z"}, {**CALL, "cost": ""}):
        client.post(f"{URL}/8005550142/7205550134", headers=ringba, json=call)
    client.post(f"{URL}/8005550142/7205550199", headers=ringba, json=CALL)

    page = console.get("/console").text

    rows = {
        cells[0].split()[0]: cells[1:] for row in page.split("<tbody>")[1].split("</tr>") if (cells := read_cells(row))
    }
    assert rows["ringba"] == ["3", "1", "1", "1", "0", "1,259.5678"]
    assert rows["silent"] == ["0", "0", "0", "0", "0", "0.00"]
    assert "ann" not in rows


def read_cells(html):
    """The texts of a table's row."""
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", html, re.DOTALL)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells]


def test_the_overview_shows_past_days_and_limits_the_range(console, post):
    post(json=CALL)

    assert "1,259" not in console.get("/console?since=2020-01-01&until=2020-01-02").text
    assert "At most 31 days" in console.get("/console?since=2020-01-01&until=2026-01-01").text
    assert "before the first day" in console.get("/console?since=2020-01-02&until=2020-01-01").text
    assert "Not a valid date" in console.get("/console?since=yesterday").text


def test_a_plot_has_a_bar_for_each_hour_and_no_script(console, post):
    post(json=CALL)

    plot = console.get("/console/plots/cost.svg")

    assert plot.content_type == "image/svg+xml; charset=utf-8"
    assert len(re.findall('<rect [^>]*class="rect reactive', plot.text)) == 24
    assert len(re.findall('<rect [^>]*height="(?!0.0)[^>]*class="rect reactive', plot.text)) == 1
    assert "<script" not in plot.text
    assert not re.search(r"href|url\(|@import", plot.text)
    assert "prefers-color-scheme:dark" in plot.text.replace(": ", ":")


def test_the_overview_shows_what_waits_in_the_spool(dialer, key, admin, spool_folder, monkeypatch):
    monkeypatch.setenv("CONSOLE_SECRET", CONSOLE_SECRET)
    app = create_app()
    client, sender = app.test_client(), app.test_client()
    sign_in(client, admin)
    sender.post(f"{URL}/8005550142/7205550134", headers=key, json={"cost": 1})
    quiet = client.get("/console").text
    monkeypatch.setattr(key_cache, "KEY_SECONDS", 60)
    with Outage(app.extensions["database"]) as outage:
        outage.begin()
        assert sender.post(f"{URL}/8005550142/7205550134", headers=key, json={"cost": 2}).status_code == 202
        outage.end()

    assert "wait to be billed" not in quiet
    assert "1 more came while the database was away and wait to be billed" in client.get("/console").text


def test_the_overview_shows_the_last_wrong_key_of_each_id(dialer, client, console, admin, create_key):
    ringba, silent = create_key(name="ringba"), create_key(name="silent")
    client.post(f"{URL}/8005550142/7205550134", headers={**ringba, "tld-api-key": "wr0ng-s3cret"}, json=CALL)
    dialer.execute("UPDATE api_keys SET failed = '2024-03-05 14:21:09' WHERE api_id = %s", silent["tld-api-id"])

    page = console.get("/console").text
    earlier = console.get("/console?since=2024-03-05&until=2024-03-05").text

    assert re.findall(r"wrong key at \S+ \S+ from (\S+)</span>", page) == ["127.0.0.1"]
    assert "wrong key at 2024-03-05 14:21:09 from a unix socket" in earlier
    assert "wr0ng" not in page


def test_a_wrong_key_at_the_consoles_door_is_shown_too(client, console, admin):
    sign_in(client, admin, "wrong")
    sign_in(client, admin)

    assert re.search(r"ann</a> .*?wrong key at", client.get("/console").text, re.DOTALL)


def test_the_overview_shows_an_old_secret_that_passes_and_who_still_uses_it(dialer, console, create_key):
    key = create_key(name="ringba")
    page = console.get("/console").text
    dialer.execute(
        "UPDATE api_keys SET old_until = '2099-03-05 14:21:09', old_last_used = '2024-03-05 14:21:09'"
        " WHERE api_id = %s",
        key["tld-api-id"],
    )
    rotated = console.get("/console").text
    dialer.execute("UPDATE api_keys SET old_until = '2024-03-06 14:21:09'")

    assert "old secret" not in page
    told = "old secret passes until 2099-03-05 14:21:09 last used: the old one 2024-03-05 14:21:09, the new one never"
    assert told in rotated.replace("<br>", " ")
    assert "old secret" not in console.get("/console").text


def test_the_old_secret_of_an_admin_key_does_not_sign_in(dialer, client, admin):
    dialer.execute("UPDATE api_keys SET old_key_hash = key_hash, key_hash = REPEAT('0', 64), old_until = '2099-03-05'")

    assert sign_in(client, admin).status_code == 401
