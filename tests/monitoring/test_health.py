"""What load balancers and supervisors ask, without credentials."""

import pytest


def test_healthz_says_alive_also_without_a_database(client, broken_connection):
    broken_connection()

    response = client.get("/healthz")

    assert (response.status_code, response.json) == (200, {"status": "alive"})


def test_readyz_says_ready_when_the_database_answers(client):
    response = client.get("/readyz")

    assert (response.status_code, response.json) == (200, {"status": "ready"})


def test_readyz_is_the_documented_503_when_the_database_is_away(client, broken_connection):
    broken_connection()

    response = client.get("/readyz")

    assert (response.status_code, response.json) == (503, {"error": "TLDialer Connection Error"})
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("headers", [{}, {"tld-api-id": "1", "tld-api-key": "wrong"}], ids=["none", "wrong"])
def test_credentials_do_not_matter(client, path, headers):
    assert client.get(path, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_other_methods_are_refused_in_json(client, path):
    response = client.post(path)

    assert (response.status_code, response.json) == (405, {"error": "Method Not Allowed"})
    assert "GET" in response.allow
