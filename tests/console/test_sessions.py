"""Sessions: what the cookie is good for, and all the ways in which one ends."""

import itsdangerous
import pytest
from flask import session
from flask.sessions import NullSession

from ingress import create_app
from ingress.access import key_cache
from tests.calls import CALL
from tests.conftest import SECRET, URL
from tests.console.pages import CONSOLE_SECRET, post_form, read_token, sign_in


def test_the_cookie_is_limited_to_the_console_and_hidden_from_scripts(client, admin):
    response = sign_in(client, admin)

    (cookie,) = response.headers.getlist("Set-Cookie")
    assert {"HttpOnly", "Path=/console", "SameSite=Strict"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert SECRET not in cookie


def test_the_cookie_is_secure_behind_a_proxy_with_https(dialer, monkeypatch, admin):
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
def test_a_session_ends_when_its_key_changes(dialer, console, change):
    before = console.get("/console").status_code
    dialer.execute(f"UPDATE api_keys SET {change}")

    assert before == 200
    assert console.get("/console").status_code == 303


def test_a_session_ends_when_its_key_is_deleted(dialer, console):
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
def test_a_session_ends_after_twelve_hours_of_use(console, hours, status):
    with console.session_transaction("/console") as session:
        session["since"] -= hours * 3600

    assert console.get("/console").status_code == status


def test_a_cookie_signed_with_another_secret_is_refused(client, console, monkeypatch, dialer):
    monkeypatch.setenv("CONSOLE_SECRET", "another secret that signs cookies elsewhere")
    other = create_app().test_client()
    other.set_cookie("console_session", console.get_cookie("console_session", path="/console").value, path="/console")

    assert other.get("/console").status_code == 303


def test_signing_out_ends_the_session(console):
    response = post_form(console, "/console/sign-out")

    assert response.location == "/console/sign-in?signed_out=1"
    assert console.get("/console").status_code == 303


@pytest.fixture
def other_process(monkeypatch):
    """A client of another process of the same service; keys are cached there as they are in production."""
    monkeypatch.setattr(key_cache, "KEY_SECONDS", 60)
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


def test_an_admin_may_sign_in_again_right_after_signing_out(console, admin):
    post_form(console, "/console/sign-out")

    assert sign_in(console, admin).status_code == 303
    assert console.get("/console").status_code == 200


def test_a_cookie_of_an_ended_session_ends_no_other(console, app, admin):
    thief = app.test_client()
    copy_cookie(console, thief)
    token = read_token(thief.get("/console"))
    post_form(console, "/console/sign-out")
    sign_in(console, admin)

    thief.post("/console/sign-out", data={"token": token})

    assert console.get("/console").status_code == 200


def test_a_sign_out_while_the_database_is_away_reports_the_failure(console, app, broken_connection):
    token = read_token(console.get("/console"))
    app.extensions["database"].kept.connection.close()
    broken_connection()

    page = console.post("/console/sign-out", data={"token": token})

    assert page.status_code == 503
    assert console.get_cookie("console_session", path="/console") is None


@pytest.mark.parametrize("path", ["/console/sign-out", "/console/deliveries/1/replay"])
@pytest.mark.parametrize("token", [None, "", "forged", "ü"])
def test_a_form_from_another_site_does_nothing(console, path, token):
    response = console.post(path, data={} if token is None else {"token": token})

    assert response.status_code == 400
    assert "did not come from this console" in response.text
    assert console.get("/console").status_code == 200
