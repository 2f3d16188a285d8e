"""The way in: whose key opens the console, and where it leads."""

import json

import pytest

from ingress import create_app
from tests.calls import CALL
from tests.conftest import SECRET, URL
from tests.console.pages import CONSOLE_SECRET, sign_in


def test_the_console_is_off_without_its_secret(dialer, monkeypatch):
    monkeypatch.delenv("CONSOLE_SECRET", raising=False)

    client = create_app().test_client()

    assert {client.get(path).status_code for path in ("/console", "/console/sign-in")} == {404}


def test_a_guessable_console_secret_stops_the_start(monkeypatch):
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


def test_the_command_creates_admin_keys(app, client):
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
def test_all_wrong_credentials_get_the_same_answer(client, admin, api_id, api_key):
    page = sign_in(client, admin if api_id is None else api_id, api_key)

    assert page.status_code == 401
    assert "Invalid API ID or Key" in page.text
    assert SECRET not in page.text


def test_a_disabled_key_cannot_sign_in(dialer, client, admin):
    dialer.execute("UPDATE api_keys SET enabled = 0")

    assert sign_in(client, admin).status_code == 401


def test_a_keys_ip_protections_apply_during_and_after_sign_in(dialer, client, create_key):
    admin = create_key(scope="admin", ip_addresses="203.0.113.0/24")["tld-api-id"]
    near = {"environ_overrides": {"REMOTE_ADDR": "203.0.113.7"}}

    assert sign_in(client, admin).status_code == 403
    assert sign_in(client, admin, **near).status_code == 303
    assert client.get("/console", **near).status_code == 200
    assert client.get("/console").status_code == 403


def test_failures_count_together_with_those_of_senders(dialer, monkeypatch, key, admin):
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


def test_a_sign_in_leads_back_to_the_requested_page(client, admin):
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
def test_a_sign_in_leads_to_no_page_outside_the_console(client, admin, elsewhere):
    assert sign_in(client, admin, next_page=elsewhere).location == "/console"
