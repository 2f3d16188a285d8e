"""Each example of the OpenAPI document is what the service answers when it is provoked."""

import json
import re

import pytest

from ingress import create_app, errors
from ingress.openapi.answers import ANSWER_EXAMPLES
from tests.conftest import URL, Outage

PATH = "/18005550142/+1 (720) 555-0134"
TIMES = {"call_date": "2026-03-05T14:21:09Z", "date_billed": "2026-03-05T14:30:55Z"}
BILLABLE = {"cost": "12.5", "notes": "RGB7F31", **TIMES}
ADDRESS = "203.0.113.7"
NOBODY_LISTENS = "mysql://service:service@127.0.0.1:1/ingress_test"

# What differs from a good request; "settings" and "key" of the service, "before" are the requests that come first.
REFUSED = {
    "NoApiId": {"headers": {"tld-api-id": ""}},
    "NoApiKey": {"headers": {"tld-api-key": "[tag:ApiKey]"}},
    "TLDialerNotEnabled": {"settings": {"TLDIALER_ENABLED": "0"}},
    "AdvancedCallLogNotEnabled": {"settings": {"ADVANCED_CALL_LOG_ENABLED": "0"}},
    "TLDialerConnectionError": {"settings": {"TLDIALER_DATABASE_URL": NOBODY_LISTENS}},
    "InvalidApiIdOrKey": {"headers": {"tld-api-key": "wrong"}},
    "EndpointNotAllowed": {"key": {"endpoints": "/api/egress/*"}},
    "IpAddressNotAllowed": {"key": {"ip_addresses": "198.51.100.0/24"}},
    "UriTooLong": {"path": f"{PATH}?notes={9000 * 'x'}"},
    "InvalidJsonBody": {"data": '{"cost": }', "content_type": "application/json"},
    "InvalidFormBody": {"data": b"--b\r\nno header", "content_type": "multipart/form-data; boundary=b"},
    "IncompleteBody": {"data": "cost=12.5", "environ": {"CONTENT_LENGTH": "250"}},
    "RequestTooLarge": {"data": "x" * 300_000},
    "UnsupportedMediaType": {"data": "<cost>12.5</cost>", "content_type": "text/xml"},
    "MissingDid": {"path": "//7205550134"},
    "MissingCid": {"path": "/8005550142/[Call:CallerId]"},
    "InvalidDid": {"path": "/0003/7205550134"},
    "InvalidCid": {"path": "/8005550142/+44 20 7946 0958"},
    "MissingCost": {"json": {"cost": "[Call:ConversionPayout]"}},
    "InvalidCost": {"json": {"cost": "12,50"}},
    "InvalidDateBilled": {"json": {"cost": 1, "date_billed": "yesterday"}},
    "InvalidCallDate": {"json": {"cost": 1, "call_date": "1/1/1999"}},
    "InvalidNotes": {"json": {"cost": 1, "notes": "x" * 70_000}},
    "InvalidIdempotencyKey": {"json": {"cost": 1, "idempotency_key": "x" * 300}},
    "InvalidDryRun": {"json": {"cost": 1, "dry_run": "maybe"}},
    "SenderNotConfigured": {"key": {"sender": "acme"}},
    "IdempotencyKeyAlreadyUsed": {
        "before": [{"json": {**BILLABLE, "idempotency_key": "RGB7F31A4C"}}],
        "path": "/8005550142/7205550199",
        "json": {**BILLABLE, "idempotency_key": "RGB7F31A4C"},
    },
    "CostAlreadySet": {
        "key": {"on_change": "refuse"},
        "before": [{"json": BILLABLE}],
        "json": {**BILLABLE, "cost": "13.5"},
    },
}
CORRECTED = {**BILLABLE, "cost": "18.75"}
BILLED = {  # what is sent; the last answer counts
    "a dry run": [{**BILLABLE, "dry_run": "1"}],
    "a correction": [BILLABLE, CORRECTED],
    "a cancellation": [BILLABLE, {**BILLABLE, "cost": "0"}],
    "a late repetition": [BILLABLE, CORRECTED, BILLABLE],
}
NOT_SERVED = {
    "404": {"path": "/18005550142/7205550134/12.50"},
    "405": {"method": "PUT"},
    "429": {
        "settings": {"RATELIMIT_AUTH_FAILURES": "1 per minute"},
        "before": [{"headers": {"tld-api-key": "wrong"}}],
        "headers": {"tld-api-key": "wrong"},
    },
    "500": {},
}


@pytest.fixture
def provoke(dialer, create_key, monkeypatch):
    """Make a service, send it requests, return the last answer."""

    def provoke(*, settings=None, key=None, before=(), **request):
        for name, value in (settings or {}).items():
            monkeypatch.setenv(name, value)
        client, key = create_app().test_client(), create_key(**(key or {}))
        for earlier in before:
            send(client, key, **earlier)
        return send(client, key, **request)

    return provoke


def send(client, key, path=PATH, method="POST", headers=None, environ=None, **request):
    request = request if {"json", "data"} & set(request) else {"json": BILLABLE}
    environ = {"REMOTE_ADDR": ADDRESS, **(environ or {})}
    headers = {**key, **(headers or {})}
    return client.open(URL + path, method=method, headers=headers, environ_overrides=environ, **request)


@pytest.mark.parametrize("name", ANSWER_EXAMPLES["errors"])
def test_an_error_is_answered_like_its_example(provoke, name):
    response = provoke(**REFUSED[name])

    assert response.json == {"error": ANSWER_EXAMPLES["errors"][name]}
    assert response.status_code == getattr(errors, name).status


@pytest.mark.parametrize("status", ANSWER_EXAMPLES["flask errors"])
def test_an_error_of_flask_is_answered_like_its_example(provoke, monkeypatch, status):
    if status == "500":
        monkeypatch.setattr("ingress.billing.bill.bill_once", lambda *args, **values: 1 / 0)

    response = provoke(**NOT_SERVED[status])

    example = re.sub(r"[0-9a-f]{32}", response.headers["X-Request-ID"], ANSWER_EXAMPLES["flask errors"][status])
    assert (str(response.status_code), response.json) == (status, {"error": example})


@pytest.mark.parametrize("name", ANSWER_EXAMPLES["Billed"])
def test_a_billed_call_is_answered_like_its_example(dialer, provoke, name):
    if name != "no call found, or no lead":
        dialer.add_call(call_date="2026-03-05 14:21:50")

    *before, last = [{"json": body} for body in BILLED.get(name, [BILLABLE])]
    response = provoke(before=before, **last)

    assert response.status_code == 200
    assert with_ids_of(ANSWER_EXAMPLES["Billed"][name], response.json) == response.text.strip()


def with_ids_of(example, answer):
    """The text of the example with the ids that this database has given."""
    example = {**example, "cost_id": example["cost_id"] and answer["cost_id"]}
    example["inserted"] = {**example["inserted"], "method_id": answer["inserted"]["method_id"]}
    example["lead"] = example["lead"] and {**example["lead"], "lead_id": answer["lead"]["lead_id"]}
    return json.dumps(example)


@pytest.mark.usefixtures("spool_folder")
def test_a_call_that_is_kept_is_answered_like_its_example(create_key):
    client, key = create_app().test_client(), create_key()
    send(client, key)
    with Outage(client.application.extensions["database"]) as outage:
        outage.begin()
        response = send(client, key, json={**BILLABLE, "cost": "13.5"})

    assert response.status_code == 202
    assert ANSWER_EXAMPLES["Spooled"]["the database is away"] == {
        **response.json,
        "spooled": "019cbdf1c6f80d8f0a6d27b4e5a39c11",
    }


def test_a_database_that_is_away_is_told_like_its_example(dialer, monkeypatch):
    monkeypatch.setenv("TLDIALER_DATABASE_URL", NOBODY_LISTENS)

    response = create_app().test_client().get("/readyz")

    assert (response.status_code, response.json) == (503, ANSWER_EXAMPLES["NotReady"]["the database is away"])


def test_a_database_that_is_not_fit_is_told_like_its_example(dialer, client):
    dialer.execute("ALTER TABLE leads ENGINE = MyISAM")
    try:
        response = client.get("/readyz")
    finally:
        dialer.execute("ALTER TABLE leads ENGINE = InnoDB")

    assert (response.status_code, response.json) == (503, ANSWER_EXAMPLES["NotReady"]["the database is not fit"])
