"""What all pages share: what browsers are told to forbid, and how errors look."""

from tests.console.pages import read_token, sign_in


def test_every_page_has_strict_security_headers(console, post):
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


def test_a_page_says_that_the_database_is_away(console, broken_connection, app):
    app.extensions["database"].kept.connection.close()
    broken_connection()

    page = console.get("/console")

    assert (page.status_code, page.content_type) == (503, "text/html; charset=utf-8")
    assert "TLDialer Connection Error" in page.text


def test_a_bug_is_a_page_that_shows_only_the_request_id(console, monkeypatch):
    monkeypatch.setattr("ingress.database.queries.list_deliveries", lambda *args, **values: 1 / 0)

    page = console.get("/console/deliveries")

    assert page.status_code == 500
    assert page.headers["X-Request-ID"] in page.text
    assert "ZeroDivision" not in page.text


def test_every_page_of_an_error_shows_the_request_id_to_quote(console, client, post, admin, dialer):
    post(json={"cost": "free"})
    (delivery_id,) = dialer.execute("SELECT MAX(delivery_id) AS id FROM deliveries").fetchone().values()
    token = read_token(console.get("/console"))
    replay = f"/console/deliveries/{delivery_id}/replay"

    refused = [
        console.get("/console/deliveries/999999"),
        console.post(replay, data={"token": "forged"}),
        console.post(replay, data={"token": token, "cost": "free"}),
        sign_in(client, admin, "wrong"),
    ]

    assert [page.status_code for page in refused] == [404, 400, 400, 401]
    for page in refused:
        assert page.headers["X-Request-ID"] in page.text
