"""The console without a browser: who may see it, what its pages say, and what a stranger's text cannot do there."""

import json
import re

import itsdangerous
import pytest
from flask import session
from flask.sessions import NullSession

from ingress import create_app
from ingress.access import keys
from tests.conftest import SECRET, URL, Outage

CALL = {"cost": "12.5", "call_date": "2024-03-05T14:21:09Z"}
CONSOLE_SECRET = "a secret that signs the cookies of these tests"


@pytest.fixture(autouse=True)
def forgetful(monkeypatch):
    """No key is remembered from one request to the next, so that what is done to its row shows at once."""
    monkeypatch.setattr(keys, "KEY_SECONDS", 0)


@pytest.fixture(scope="module")
def service():
    """Made once, since each one compiles the templates anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONSOLE_SECRET", CONSOLE_SECRET)
        return create_app()


@pytest.fixture
def app(dialer, service):
    return service


@pytest.fixture
def admin(create_key):
    """The id of an admin key; its secret is SECRET."""
    return create_key(name="ann", scope="admin")["tld-api-id"]


def read_token(page):
    return re.search(r'name="token" value="([^"]+)"', page.text)[1]


def sign_in(client, api_id, api_key=SECRET, next_page="", **request):
    form = {"api_id": api_id, "api_key": api_key, "next": next_page}
    form["token"] = read_token(client.get("/console/sign-in", **request))
    return client.post("/console/sign-in", data=form, **request)


@pytest.fixture
def console(app, admin):
    """A client that is signed in; the other one, `client`, is not."""
    client = app.test_client()
    assert sign_in(client, admin).status_code == 303
    return client


def post_form(client, path, **form):
    return client.post(path, data={"token": read_token(client.get("/console")), **form})


def test_without_its_secret_there_is_no_console(dialer, monkeypatch):
    monkeypatch.delenv("CONSOLE_SECRET", raising=False)

    client = create_app().test_client()

    assert {client.get(path).status_code for path in ("/console", "/console/sign-in")} == {404}


def test_a_secret_that_can_be_guessed_stops_the_start(monkeypatch):
    monkeypatch.setenv("CONSOLE_SECRET", "secret")

    with pytest.raises(SystemExit, match="CONSOLE_SECRET: Must have 32 characters or more"):
        create_app()


def test_an_admin_key_signs_in_and_cannot_bill(dialer, app, client, admin):
    answer = client.post(
        f"{URL}/8005550142/7205550134", json=CALL, headers={"tld-api-id": admin, "tld-api-key": SECRET}
    )

    assert (answer.status_code, answer.json["error"].partition(": ")[0]) == (
        403,
        "This API is Not Allowed to Access this Endpoint",
    )
    assert dialer.costs() == ()
    assert sign_in(client, admin).location == "/console"


def test_the_command_makes_admin_keys(app, client):
    made = json.loads(app.test_cli_runner().invoke(args=["keys", "create", "--name", "ann", "--admin"]).output)
    listed = json.loads(app.test_cli_runner().invoke(args=["keys", "list"]).output)

    assert listed["scope"] == "admin"
    assert sign_in(client, made["api_id"], made["api_key"]).location == "/console"


def test_a_key_for_sending_costs_cannot_sign_in(client, key):
    page = sign_in(client, key["tld-api-id"])

    assert page.status_code == 403
    assert "This API is Not Allowed to Access this Endpoint" in page.text
    assert client.get("/console").status_code == 303


@pytest.mark.parametrize(
    ("api_id", "api_key"), [(None, "wrong"), ("999999", SECRET), ("x", SECRET), ("", ""), ("9" * 400, SECRET)]
)
def test_wrong_credentials_are_one_answer(client, admin, api_id, api_key):
    page = sign_in(client, admin if api_id is None else api_id, api_key)

    assert page.status_code == 401
    assert "Invalid API ID or Key" in page.text
    assert SECRET not in page.text


def test_a_disabled_key_cannot_sign_in(dialer, client, admin):
    dialer.execute("UPDATE api_keys SET enabled = 0")

    assert sign_in(client, admin).status_code == 401


def test_ip_protections_of_the_key_apply_when_signing_in_and_afterwards(dialer, client, create_key):
    admin = create_key(scope="admin", ip_addresses="203.0.113.0/24")["tld-api-id"]
    near = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.7"}}

    assert sign_in(client, admin).status_code == 403
    assert sign_in(client, admin, **near).status_code == 303
    assert client.get("/console", **near).status_code == 200
    assert client.get("/console").status_code == 403


def test_failures_count_together_with_those_at_the_door(dialer, monkeypatch, key, admin):
    monkeypatch.setenv("CONSOLE_SECRET", CONSOLE_SECRET)
    monkeypatch.setenv("RATELIMIT_AUTH_FAILURES", "2 per minute")
    client = create_app().test_client()
    wrong = {**key, "tld-api-key": "wrong"}

    statuses = [sign_in(client, admin, "wrong").status_code, client.post(URL, headers=wrong).status_code]
    refused = sign_in(client, admin, "wrong")

    assert statuses == [401, 401]
    assert (refused.status_code, refused.content_type) == (429, "text/html; charset=utf-8")
    assert int(refused.headers["Retry-After"]) <= 60
    assert client.post(URL, headers=wrong).status_code == 429
    assert sign_in(client, admin).status_code == 303


def test_the_cookie_is_for_the_console_alone_and_out_of_reach(client, admin):
    response = sign_in(client, admin)

    (cookie,) = response.headers.getlist("Set-Cookie")
    assert {"HttpOnly", "Path=/console", "SameSite=Strict"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert SECRET not in cookie


def test_the_cookie_is_secure_behind_a_proxy_that_speaks_https(dialer, monkeypatch, admin):
    monkeypatch.setenv("CONSOLE_SECRET", CONSOLE_SECRET)
    monkeypatch.setenv("TRUSTED_PROXIES", "1")

    headers = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
    response = create_app().test_client().get("/console/sign-in", headers=headers)

    assert "; Secure;" in response.headers["Set-Cookie"]


def test_other_paths_neither_read_nor_set_a_cookie(console, key):
    with console:
        response = console.post(URL, headers=key, json=CALL)
        is_unread = isinstance(session._get_current_object(), NullSession)

    assert is_unread
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize(
    "change", ["enabled = 0", "key_hash = REPEAT('0', 64)", "scope = 'ingress'"], ids=["disabled", "rotated", "demoted"]
)
def test_a_session_dies_with_its_key(dialer, console, change):
    before = console.get("/console").status_code
    dialer.execute(f"UPDATE api_keys SET {change}")

    assert before == 200
    assert console.get("/console").status_code == 303


def test_a_session_dies_with_a_deleted_key(dialer, console):
    dialer.execute("DELETE FROM api_keys")

    assert console.get("/console").status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 303)])
def test_a_session_ends_after_half_an_hour_without_a_click(monkeypatch, client, admin, minutes, status):
    real = itsdangerous.TimestampSigner.get_timestamp
    with monkeypatch.context() as patch:
        patch.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda self: real(self) - minutes * 60)
        sign_in(client, admin)

    assert client.get("/console").status_code == status


@pytest.mark.parametrize(("hours", "status"), [(11, 200), (13, 303)])
def test_a_session_ends_after_a_shift_however_busy(console, hours, status):
    with console.session_transaction("/console") as session:
        session["since"] -= hours * 3600

    assert console.get("/console").status_code == status


def test_a_forged_cookie_is_nobodys(client, console, monkeypatch, dialer):
    monkeypatch.setenv("CONSOLE_SECRET", "another secret that signs cookies elsewhere")
    stranger = create_app().test_client()
    stranger.set_cookie(
        "console_session", console.get_cookie("console_session", path="/console").value, path="/console"
    )

    assert stranger.get("/console").status_code == 303


def test_signing_out_ends_the_session(console):
    response = post_form(console, "/console/sign-out")

    assert response.location == "/console/sign-in?signed_out=1"
    assert console.get("/console").status_code == 303


@pytest.fixture
def other_process(monkeypatch):
    """A client of another process of the same service; keys are cached there as they are in production."""
    monkeypatch.setattr(keys, "KEY_SECONDS", 60)
    monkeypatch.setenv("CONSOLE_SECRET", CONSOLE_SECRET)
    return create_app().test_client()


def copy_cookie(client, other):
    other.set_cookie("console_session", client.get_cookie("console_session", path="/console").value, path="/console")


def test_a_copied_cookie_is_worthless_after_signing_out(dialer, console, app, other_process):
    here = app.test_client()
    for thief in (here, other_process):
        copy_cookie(console, thief)
        assert thief.get("/console").status_code == 200

    post_form(console, "/console/sign-out")

    assert [thief.get("/console").status_code for thief in (here, other_process)] == [303, 303]


def test_one_may_sign_in_again_at_once_after_signing_out(console, admin):
    post_form(console, "/console/sign-out")

    assert sign_in(console, admin).status_code == 303
    assert console.get("/console").status_code == 200


def test_a_cookie_that_has_ended_signs_out_no_other_session(console, app, admin):
    thief = app.test_client()
    copy_cookie(console, thief)
    token = read_token(thief.get("/console"))
    post_form(console, "/console/sign-out")
    sign_in(console, admin)

    thief.post("/console/sign-out", data={"token": token})

    assert console.get("/console").status_code == 200


def test_signing_out_while_the_database_is_away_says_that_it_failed(console, app, broken_connection):
    token = read_token(console.get("/console"))
    app.extensions["database"].kept.connection.close()
    broken_connection()

    page = console.post("/console/sign-out", data={"token": token})

    assert page.status_code == 503
    assert console.get_cookie("console_session", path="/console") is None


@pytest.mark.parametrize("path", ["/console/sign-out", "/console/deliveries/1/replay"])
@pytest.mark.parametrize("token", [None, "", "forged", "ü"])
def test_a_form_from_elsewhere_does_nothing(console, path, token):
    response = console.post(path, data={} if token is None else {"token": token})

    assert response.status_code == 400
    assert "did not come from this console" in response.text
    assert console.get("/console").status_code == 200


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client, admin):
    asked = client.get("/console/deliveries?outcome=refused")

    assert asked.location == "/console/sign-in?next=/console/deliveries?outcome%3Drefused"
    assert sign_in(client, admin, next_page="/console/deliveries?outcome=refused").location == (
        "/console/deliveries?outcome=refused"
    )


@pytest.mark.parametrize(
    "elsewhere",
    [
        *("https://example.com", "//example.com", "/consolex", "/api", "\\console"),
        *("/console/\r\nSet-Cookie: x=1", "/console/\n", "/console?\0", "/console/\x7f", "/console/\t"),
    ],
)
def test_signing_in_leads_nowhere_else(client, admin, elsewhere):
    assert sign_in(client, admin, next_page=elsewhere).location == "/console"


def test_every_page_forbids_the_browser_what_it_does_not_need(console, post):
    post(json={})
    paths = ["", "/deliveries", "/deliveries/999999", "/plots/cost.svg", "/sign-in", "/static/console.css"]

    for path in paths:
        with console.get(f"/console{path}") as response:
            headers = response.headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
        assert "script" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert (headers["X-Frame-Options"], headers["Referrer-Policy"]) == ("DENY", "no-referrer")
        assert headers["Cache-Control"] == ("no-cache" if "static" in path else "no-store")


def newest(dialer):
    return dialer.execute("SELECT MAX(delivery_id) AS id FROM deliveries").fetchone()["id"]


def test_the_overview_counts_what_came_in_by_key(dialer, client, console, create_key):
    dialer.add_call()
    ringba, _ = create_key(name="ringba"), create_key(name="silent")
    for call in (CALL, CALL, {**CALL, "cost": "1234.5678"}, {**CALL, "cost": ""}):
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


def test_the_overview_of_a_day_long_past_is_empty_and_a_long_range_is_cut(console, post):
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


def test_the_overview_tells_what_waits_in_the_spool(dialer, key, admin, spool_folder, monkeypatch):
    monkeypatch.setenv("CONSOLE_SECRET", CONSOLE_SECRET)
    app = create_app()
    client, sender = app.test_client(), app.test_client()
    sign_in(client, admin)
    sender.post(f"{URL}/8005550142/7205550134", headers=key, json={"cost": 1})
    quiet = client.get("/console").text
    monkeypatch.setattr(keys, "KEY_SECONDS", 60)
    with Outage(app.extensions["database"]) as outage:
        outage.begin()
        assert sender.post(f"{URL}/8005550142/7205550134", headers=key, json={"cost": 2}).status_code == 202
        outage.end()

    assert "wait to be billed" not in quiet
    assert "1 more came while the database was away and wait to be billed" in client.get("/console").text


@pytest.fixture
def three(client, create_key, dialer):
    """Three deliveries, oldest first: billed for ringba, refused and unmatched for retreaver."""
    dialer.add_call()
    ringba, retreaver = create_key(name="ringba"), create_key(name="retreaver")
    for key, path, call in (
        (ringba, "8005550142/7205550134", CALL),
        (retreaver, "8005550142/7205550134", {}),
        (retreaver, "8885550119/3035550177", CALL),
    ):
        client.post(f"{URL}/{path}", headers=key, json=call)
    return dialer.execute("SELECT * FROM deliveries ORDER BY delivery_id").fetchall()


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


def test_the_command_lists_the_same(app, three):
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
def test_a_filter_that_cannot_be_read_is_said_so(console, three, asked):
    page = console.get("/console/deliveries", query_string=asked)

    assert page.status_code == 200
    assert listed(page) == []
    assert "cannot be read yet" in page.text


def test_the_pages_of_the_log_hold_each_delivery_once_even_within_a_second(console, post, dialer):
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


@pytest.fixture(autouse=True)
def short_pages(monkeypatch):
    monkeypatch.setattr("ingress.console.deliveries.PAGE_ROWS", 3)


def test_a_callers_text_is_only_text(console, post, dialer):
    post(json={**CALL, "notes": "<script>alert(1)</script>\"'><b>"}, query_string={"utm": "</pre><script>"})

    page = console.get(f"/console/deliveries/{newest(dialer)}").text

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>" not in page


REASON = re.compile(r'id="reason">(.*?)</p>', re.DOTALL)


def reason_of(console, delivery_id):
    return REASON.search(console.get(f"/console/deliveries/{delivery_id}").text)[1].replace("&#39;", "'")


def test_a_billed_delivery_names_call_cost_and_lead(console, three):
    row = three[0]

    assert reason_of(console, row["delivery_id"]) == (
        f"Call {row['call_log_id']} was found and billed as cost {row['cost_id']}. "
        f"Lead {row['lead_id']} and its first contact now carry 12.50."
    )


@pytest.mark.parametrize(
    ("call", "nearest"),
    [
        (None, "the call log has no call from this caller at all."),
        ({"call_date": "2024-03-05 20:21:09"}, "nearest was call {} at 2024-03-05 20:21:09, 6 h later."),
        ({"call_date": "2024-01-01 14:11:09"}, "nearest was call {} at 2024-01-01 14:11:09, 64 d 10 min earlier."),
        (
            {
                "call_date": "2024-03-05 14:21:09",
                "call_direction": "OUTBOUND",
                "call_from": "8005550142",
                "call_to": "+17205550134",
            },
            "nearest was call {} at 2024-03-05 14:21:09, within a minute, but that was outbound.",
        ),
        (
            {"call_date": "2024-03-05 14:20:09", "call_to": "18885550119"},
            "nearest was call {} at 2024-03-05 14:20:09, 1 min earlier, but to 888-555-0119.",
        ),
        ({"call_date": "2024-03-05 14:22:09"}, "call {} at 2024-03-05 14:22:09 has come into the log since."),
    ],
    ids=["none", "later", "earlier", "outbound", "other did", "since"],
)
def test_an_unmatched_delivery_names_the_nearest_call(console, post, dialer, call, nearest):
    post(json=CALL)
    if call:
        dialer.add_call(**call)

    call_log_id = dialer.execute("SELECT MAX(call_log_id) AS id FROM tldialer_call_log").fetchone()["id"]
    assert reason_of(console, newest(dialer)).partition(", but no lead was updated: ")[2] == (
        "no call from 720-555-0134 to 800-555-0142 between 2024-02-03 14:21:09 and 2024-03-05 17:21:09; "
        + nearest.format(call_log_id)
    )


def test_the_nearest_call_is_one_of_the_pair_before_a_nearer_one_to_another_number(console, post, dialer):
    post(json=CALL)
    dialer.add_call(call_date="2024-03-05 14:21:09", call_to="8885550119")
    dialer.add_call(call_date="2023-03-05 14:21:09")

    assert "2023-03-05" in reason_of(console, newest(dialer))


def test_a_refused_delivery_names_error_and_hint(console, three):
    assert reason_of(console, three[1]["delivery_id"]) == (
        "Missing or Invalid Cost. No amount came. Does the platform fire before the payout is known?"
    )


def test_a_repetition_leads_to_the_first_and_shows_its_answer(console, post, dialer):
    first = post(json=CALL)
    post(json=CALL)

    row = dialer.execute("SELECT * FROM deliveries ORDER BY delivery_id DESC").fetchone()
    page = console.get(f"/console/deliveries/{row['delivery_id']}").text

    assert f'href="/console/deliveries/{row["duplicate_of"]}"' in page
    assert f"&#34;cost_id&#34;: &#34;{first.json['cost_id']}&#34;" in page


def test_a_refused_delivery_is_mended_and_both_lead_to_each_other(console, three, dialer):
    refused = three[1]["delivery_id"]

    answer = post_form(console, f"/console/deliveries/{refused}/replay", cost="7.25")
    page = console.get(answer.location).text

    mending = newest(dialer)
    assert (answer.status_code, answer.location) == (303, f"/console/deliveries/{mending}")
    assert f"Replayed and billed as cost {dialer.costs()[-1]['cost_id']}." in page
    assert f'It is a replay of <a href="/console/deliveries/{refused}"' in page
    assert f"has been replayed as delivery {mending}" in reason_of(console, refused)
    assert [str(cost["cost"]) for cost in dialer.costs()] == ["12.5000", "12.5000", "7.2500"]


def test_what_is_still_wrong_is_shown_with_what_was_filled_in(console, three, dialer):
    refused = three[1]["delivery_id"]

    page = post_form(console, f"/console/deliveries/{refused}/replay", cost="<free>")

    assert page.status_code == 400
    assert "Invalid Cost: &lt;free&gt;" in page.text
    assert 'value="&lt;free&gt;"' in page.text
    assert len(dialer.costs()) == 2


def test_a_dry_run_is_tried_again_unless_it_is_told_otherwise(console, post, dialer):
    post(json={**CALL, "dry_run": True})
    path = f"/console/deliveries/{newest(dialer)}"

    post_form(console, f"{path}/replay")
    tried = console.get(path).text
    billed = post_form(console, f"{path}/replay", dry_run="0")

    assert "Replayed as a dry run: it would be billed." in tried
    assert "and billed as cost" in console.get(billed.location).text
    assert len(dialer.costs()) == 1


def test_firing_twice_bills_once(console, three, dialer):
    path = f"/console/deliveries/{three[1]['delivery_id']}/replay"
    post_form(console, path, cost="7.25")

    again = post_form(console, path, cost="7.25")

    assert again.status_code == 409
    assert "Already Replayed" in again.text
    assert len(dialer.costs()) == 3


def test_a_billed_delivery_is_answered_as_before(console, three, dialer):
    path = f"/console/deliveries/{three[0]['delivery_id']}"

    answer = post_form(console, f"{path}/replay")

    assert answer.location == path
    assert "nothing was billed again" in console.get(path).text
    assert len(dialer.costs()) == 2


@pytest.mark.parametrize(
    "path", ["/console/deliveries/999999", f"/console/deliveries/{2**70}", "/console/deliveries/1/replay"]
)
def test_a_delivery_that_is_not_there_is_a_page_that_says_so(console, path):
    page = console.get(path)

    assert page.status_code == 404
    assert "No Such Delivery" in page.text


def test_with_the_database_away_the_page_says_so(console, broken_connection, app):
    app.extensions["database"].kept.connection.close()
    broken_connection()

    page = console.get("/console")

    assert (page.status_code, page.content_type) == (503, "text/html; charset=utf-8")
    assert "TLDialer Connection Error" in page.text


def test_a_bug_is_a_page_with_the_request_id_and_nothing_else(console, monkeypatch):
    monkeypatch.setattr("ingress.database.queries.list_deliveries", lambda *args, **values: 1 / 0)

    page = console.get("/console/deliveries")

    assert page.status_code == 500
    assert page.headers["X-Request-ID"] in page.text
    assert "ZeroDivision" not in page.text
