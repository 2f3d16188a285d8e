"""The guards, through HTTP: which endpoints a key opens, and which of several errors is answered."""

import logging

import pytest

from tests.access.answers import NOT_THIS_ENDPOINT
from tests.calls import PATH
from tests.conftest import SECRET, URL

GUARDS = {
    "billable.receive_cost": "require_api_key",
    "docs.asset": "allow_anyone",
    "docs.page": "allow_anyone",
    "home.home": "allow_anyone",
    "health.healthz": "allow_anyone",
    "health.readyz": "allow_anyone",
    "deliveries.ask_for_replay": "require_admin",
    "deliveries.receive_replay": "require_admin",
    "costs.show_cost": "require_admin",
    "costs.receive_change": "require_admin",
    "deliveries.show_deliveries": "require_admin",
    "deliveries.show_delivery": "require_admin",
    "metrics.metrics": "require_metrics_token",
    "openapi.openapi": "allow_anyone",
    "overview.show_overview": "require_admin",
    "overview.show_plot": "require_admin",
    "sign_in.receive_form": "allow_anyone",
    "sign_in.show_form": "allow_anyone",
    "sign_in.sign_out": "allow_anyone",
    "sign_in.static": "allow_anyone",
}


def test_every_route_has_its_guard(make_client):
    settings = {"CONSOLE_SECRET": "a secret with which the console is on", "METRICS_TOKEN": "a-token-for-tests-only"}
    app = make_client(**settings).application

    guards = {
        blueprint: functions[0].__name__ for blueprint, functions in app.before_request_funcs.items() if blueprint
    }

    assert {rule.endpoint: guards.get(rule.endpoint.split(".")[0]) for rule in app.url_map.iter_rules()} == GUARDS


@pytest.mark.parametrize("version", ["v2", "", "V1", "v10"])
def test_a_key_of_another_version_may_not_use_this_endpoint(dialer, send, key, version):
    dialer.execute("UPDATE api_keys SET version = %s", version)

    status, error = send(key)

    assert (status, error.partition(": ")[0]) == NOT_THIS_ENDPOINT


@pytest.mark.parametrize(
    "endpoints",
    [
        None,
        "",
        " \n ",
        "*",
        "/*",
        "/api/ingress/calls/inbound/billable*",
        " /api/ingress/calls/inbound/billable* ",
        "/api/ingress/*/billable*",
        "/api/*/7205550134",
        "*7205550134",
        "/api/*/calls/*/*/*",
        PATH,
        "/elsewhere\n/api/ingress/*",
        "/elsewhere\r\n/api/ingress/*\r\n",
    ],
)
def test_a_pattern_that_covers_the_whole_path_allows_it(send, create_key, endpoints):
    assert send(create_key(endpoints=endpoints)) == (200, None)


@pytest.mark.parametrize(
    "endpoints",
    [
        "/elsewhere",
        "/api/ingress/calls/inbound/billable",
        "/api/ingress/calls/inbound/billable/",
        "api/ingress/*",
        "/API/ingress/*",
        "/api/ingress/calls/outbound/*",
        "/api/ingress/calls/inbound/billabl?/*",
        "/api/ingress/calls/inbound/billabl[e]/*",
        "/api/ingress/calls/inbound/billabl./*",
        "/api/ingress/calls/inbound/(billable)/*",
        "/api/ingress/.*",
        "/api/ingress/calls/inbound/billable*/7205550135",
        "*/billable",
        "https://example.com/api/ingress/*",
        "/elsewhere\n/nowhere",
        "/api/egress/*/docs*",
    ],
)
def test_a_pattern_that_covers_only_a_part_of_the_path_refuses_it(dialer, send, create_key, endpoints):
    assert send(create_key(endpoints=endpoints)) == NOT_THIS_ENDPOINT
    assert dialer.costs() == ()


@pytest.mark.parametrize(
    ("endpoints", "path", "expected"),
    [
        (URL, "/?did=8005550142&cid=7205550134", None),
        (URL + "/*/*", "/8005550142/7205550134/", None),
        (URL + "/8005550142/7205550134", "/8005550142/7205550134/", None),
        (URL + "/8005550142/7205550134/", "/8005550142/7205550134", NOT_THIS_ENDPOINT[1]),
        (URL + "/8005550142", "/8005550142/7205550134/", NOT_THIS_ENDPOINT[1]),
        ("/api/ingress/calls/inbound/billable/8005550142/*", "/8005550142/7205550134", None),
        ("/api/ingress/calls/inbound/billable/8005550142/*", "/%38005550142/7205550134", None),
        ("/api/ingress/calls/inbound/billable/8005550142/*", "/8005550143/7205550134", NOT_THIS_ENDPOINT[1]),
        ("/api/ingress/calls/inbound/billable/8005550142/*", "//7205550134?did=8005550142", NOT_THIS_ENDPOINT[1]),
        ("/api/ingress/calls/inbound/billable//*", "//7205550134?did=8005550142", None),
        ("/api/ingress/calls/inbound/billable/%38*", "/8005550142/7205550134", NOT_THIS_ENDPOINT[1]),
        ("*?cost=1", "/8005550142/7205550134?cost=1", NOT_THIS_ENDPOINT[1]),
        ("/api/ingress/calls/inbound/billable/*\n", "/8005550142%0A/7205550134", None),
    ],
)
def test_the_decoded_path_that_was_routed_is_compared(client, create_key, endpoints, path, expected):
    response = client.post(URL + path, headers=create_key(endpoints=endpoints), data={"cost": 1})

    assert response.json.get("error") == expected


@pytest.mark.parametrize(
    "path",
    [
        "/api/ingress/calls/inbound//billable/8005550142/7205550134",
        "//api/ingress/calls/inbound/billable/8005550142/7205550134",
        "/x/../api/ingress/calls/inbound/billable/8005550142/7205550134",
        "/api/ingress/calls/inbound/billable;x/8005550142/7205550134",
        "/api/ingress/calls/inbound/billable%2F8005550142/7205550134/x",
        "/API/ingress/calls/inbound/billable/8005550142/7205550134",
    ],
)
def test_a_trick_with_the_path_reaches_nothing(dialer, send, key, path):
    assert send(key, path=path) == (404, "Not Found")
    assert dialer.costs() == ()


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"TLDIALER_ENABLED": "0"}, "TLDialer Not Enabled"),
        ({"ADVANCED_CALL_LOG_ENABLED": "0"}, "Advanced Call Log Not Enabled"),
        ({"TLDIALER_ENABLED": "0", "ADVANCED_CALL_LOG_ENABLED": "0"}, "TLDialer Not Enabled"),
    ],
)
def test_a_service_that_is_switched_off_refuses_every_request(dialer, send, make_client, key, settings, error):
    assert send(key, client=make_client(**settings)) == (403, error)
    assert dialer.costs() == ()


def test_the_first_documented_error_is_answered_when_all_is_wrong(
    send, dialer, create_key, make_client, broken_connection
):
    key = create_key(endpoints="/elsewhere", ip_addresses="203.0.113.8")
    bad = {"path": URL + "/x", "data": "{", "content_type": "application/json"}
    off = make_client(TLDIALER_ENABLED="0", ADVANCED_CALL_LOG_ENABLED="0")
    half_off = make_client(TLDIALER_ENABLED="1")
    on = make_client(ADVANCED_CALL_LOG_ENABLED="1")

    errors = [
        send({}, client=off, **bad),
        send({"tld-api-id": "x"}, client=off, **bad),
        send({**key, "tld-api-key": "wrong"}, client=off, **bad),
        send({**key, "tld-api-key": "wrong"}, client=half_off, **bad),
        send({**key, "tld-api-key": "wrong"}, client=on, **bad),
        send(key, client=on, **bad),
    ]
    dialer.execute("UPDATE api_keys SET endpoints = NULL")
    errors.append(send(key, client=on, **bad))
    dialer.execute("UPDATE api_keys SET ip_addresses = NULL")
    errors.append(send(key, client=on, **bad))
    broken_connection()
    errors.append(send({**key, "tld-api-key": "wrong"}, client=make_client(), **bad))

    assert [error.partition(": ")[0] for _, error in errors] == [
        "No API ID Provided",
        "No API Key Provided",
        "TLDialer Not Enabled",
        "Advanced Call Log Not Enabled",
        "Invalid API ID or Key",
        "This API is Not Allowed to Access this Endpoint",
        "This API is Not Allowed from this IP Address",
        "Invalid JSON Body",
        "TLDialer Connection Error",
    ]


def test_a_switched_off_service_comes_before_credentials_given_twice(send, make_client):
    client = make_client(TLDIALER_ENABLED="0")

    assert send(client=client, query_string="api=1&api=2&apikey=x") == (403, "TLDialer Not Enabled")


def test_no_secret_is_in_any_answer_or_log(client, key, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    wrong = "wr0ng-s3cret"
    monkeypatch.setattr("ingress.billing.bill.bill_once", lambda *args, **values: 1 / 0)

    for secret, names in ((SECRET, ("tld-api-key", "api_key", "apikey")), (wrong, ("tld-api-key", "apikey"))):
        for name in names:
            for place, body in (("query_string", {"cost": 1}), ("json", {"cost": 1}), ("data", {"cost": "x"})):
                credentials = {"api_id": key["tld-api-id"], name: secret}
                response = client.post(PATH, **{place: {**body, **credentials}})
                assert secret not in response.text + str(response.headers)

    assert "failed" in caplog.text
    assert SECRET not in caplog.text
    assert wrong not in caplog.text
