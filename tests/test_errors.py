"""Errors that no endpoint raises itself are answered in JSON as well, and a bug tells nothing but its id."""

import logging

import pytest

from tests.calls import PATH
from tests.conftest import URL

BUG = "the inside of a bug"


@pytest.fixture
def bug(monkeypatch):
    """From now on billing a call fails in a way that nobody has foreseen."""

    def fail(*args, **values):
        raise ZeroDivisionError(BUG)

    monkeypatch.setattr("ingress.billing.bill.bill_once", fail)


@pytest.mark.parametrize(
    "path", ["/nothing", URL + "s", PATH + "//", PATH + "/x", "/docs//", "/%00", "/static/x", "/%F0%9F%93"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
def test_an_unknown_path_is_a_404_in_json(client, key, method, path):
    response = client.open(path, method=method, headers=key)

    assert (response.status_code, response.json) == (404, {"error": "Not Found"})
    assert response.content_type == "application/json"


@pytest.mark.parametrize("path", [URL, URL + "/", URL + "/8005550142", PATH, PATH + "/", URL + "//7205550134"])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method_is_a_405_that_names_the_right_one(dialer, client, key, method, path):
    response = client.open(path + "?cost=1", method=method, headers=key)

    assert (response.status_code, response.json) == (405, {"error": "Method Not Allowed"})
    assert (response.content_type, response.headers["Allow"]) == ("application/json", "POST")
    assert dialer.costs() == ()


def test_head_is_a_405(dialer, client, key):
    response = client.head(PATH + "?cost=1", headers=key)

    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert (response.content_type, response.data) == ("application/json", b"")
    assert dialer.costs() == ()


def test_get_bills_when_it_is_switched_on(dialer, make_client, key):
    response = make_client(INGRESS_METHODS="POST,GET").get(PATH + "?cost=12.5", headers=key)

    assert (response.status_code, response.json["inserted"]["cost"]) == (200, "12.5000")
    assert len(dialer.costs()) == 1


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT"])
def test_other_methods_do_not_bill_when_get_is_switched_on(dialer, make_client, key, method):
    response = make_client(INGRESS_METHODS="POST,GET").open(PATH + "?cost=12.5", method=method, headers=key)

    assert response.status_code == 405
    assert sorted(response.allow) == ["GET", "POST"]
    assert dialer.costs() == ()


def test_a_bug_is_a_500_whose_id_is_in_the_log(dialer, post, bug, caplog):
    response = post(json={"cost": 1})

    request_id = response.headers["X-Request-ID"]
    assert (response.status_code, response.json) == (500, {"error": f"Internal Server Error: request {request_id}"})
    assert response.content_type == "application/json"
    assert request_id in caplog.text
    assert BUG in caplog.text
    assert dialer.costs() == ()


def test_a_bug_tells_the_client_nothing_else(post, bug):
    response = post(json={"cost": 1})

    told = response.text + str(response.headers)
    assert not [word for word in (BUG, "ZeroDivisionError", "Traceback", "bill_once", ".py") if word in told]


def test_each_bug_has_an_id_of_its_own(post, bug):
    ids = [post(json={"cost": 1}).headers["X-Request-ID"] for _ in range(2)]

    assert ids[0] != ids[1]


def test_the_log_of_a_bug_holds_the_path_and_not_the_query(client, key, bug, caplog):
    caplog.set_level(logging.DEBUG)

    client.post(PATH, query_string={"cost": 1, "api": key["tld-api-id"], "apikey": key["tld-api-key"]})

    assert PATH in caplog.text
    assert key["tld-api-key"] not in caplog.text


def test_a_senders_error_is_not_logged_as_a_bug(post, caplog):
    post(json={"cost": "free"})

    assert caplog.records == []


def test_an_answer_is_never_a_redirect_nor_html(client, key):
    for path in (URL + "/", URL + "//", URL + "///", "//" + URL[1:], URL + "/8005550142//", "/api//ingress"):
        response = client.post(path, headers=key)

        assert response.status_code in (400, 404)
        assert response.content_type == "application/json"
