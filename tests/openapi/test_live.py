"""The running service keeps what its OpenAPI document says, whatever schemathesis makes of that document and sends."""

import http.client
import json
import socket
from datetime import datetime

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection

from ingress.access.key_secrets import hash_secret
from ingress.database import queries
from ingress.intake.schema_fields import CostField, PhoneNumberField, TimeField
from ingress.intake.schemas import ALIASES, BillableCallSchema
from ingress.openapi.answers import ANSWER_EXAMPLES
from ingress.openapi.document import write_document
from tests.conftest import SECRET, URL
from tests.dialer import Dialer
from tools.service import serve

pytestmark = pytest.mark.slow
METHODS = "POST,GET"
REQUIRED = {"inbound_number": "8005550142", "phone_number": "7205550134", "cost": "12.50"}
EXACT = (PhoneNumberField, CostField, TimeField)  # kinds of which only some numbers are values; other tests send those
NAMES = {
    alias for name, field in BillableCallSchema().fields.items() if isinstance(field, EXACT) for alias in ALIASES[name]
}
DOCUMENT = json.loads(write_document(frozenset(METHODS.split(","))))
FORMATS = {
    "north-american-number": st.from_regex(
        r"(\+?1[ .-]?)?\(?[2-9][0-9]{2}\)?[ .-]?[2-9][0-9]{2}[ .-]?[0-9]{4}", fullmatch=True
    ),
    "amount": st.from_regex(r"\$?[0-9]{1,7}(\.[0-9]{1,6})?", fullmatch=True),
    "time-of-call": st.datetimes(datetime(2000, 1, 2), datetime(2025, 1, 1)).map(str),
    "idempotency-key": st.text(st.characters(codec="ascii", exclude_categories=["C"]), min_size=1, max_size=255),
    "notes": st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=100),
}
for name, texts in FORMATS.items():
    schemathesis.openapi.format(name, texts)


def read_document(**config):
    """The document for schemathesis, which makes the same requests of it each time."""
    generation = {"deterministic": True, "max-examples": 10}
    # A used idempotency key and a URL that is too long are valid and refused all the same
    checks = {"positive_data_acceptance": {"expected-statuses": ["200", "414", "422"]}}
    config = {"generation": generation, "checks": checks, **config}
    return schemathesis.openapi.from_dict(DOCUMENT, config=SchemathesisConfig.from_dict(config))


@pytest.fixture(scope="module")
def thorough_document():
    return read_document()


@pytest.fixture(scope="module")
def brief_document():
    return read_document(phases={"coverage": {"enabled": False}})


# From fixtures: cases are made of the document when the test runs, in that process alone; an operation is a subtest
thoroughly = schemathesis.pytest.from_fixture("thorough_document").exclude(
    path=[URL, URL + "/{did}"]  # which differ from the documented path in it only
)
briefly = schemathesis.pytest.from_fixture("brief_document")

# A value that fits no form is not always refused, and must not be: it is not looked at where another name of its
# parameter goes before it, and blank and unrendered ones are absent. What is refused, test_schemas.py tells.
NOT_SO = [negative_data_rejection]


@pytest.fixture(scope="module")
def live(tables, tmp_path_factory):
    settings = {"INGRESS_METHODS": METHODS, "WEB_CONCURRENCY": "1", "RATELIMIT_AUTH_FAILURES": "100000 per minute"}
    with serve(tmp_path_factory.mktemp("gunicorn") / "log", **settings) as service:
        yield service


@pytest.fixture(scope="module")
def credentials(tables):
    with tables.connect() as connection:
        Dialer(connection).clear()
        columns = {"name": "test", "endpoints": None, "ip_addresses": None, "time_zone": None, "created": None}
        api_id = queries.insert_api_key(connection, key_hash=hash_secret(SECRET), **columns)
    return {"tld-api-id": str(api_id), "tld-api-key": SECRET}


def test_the_running_service_serves_the_document_that_is_tested_here(live):
    assert json.loads(live.send("GET", "/openapi.json")[2]) == DOCUMENT


@thoroughly.parametrize()
def test_every_form_of_a_parameter_is_answered_as_documented(live, credentials, case):
    keep_promises(live, credentials, case, [*NOT_SO, ignored_auth])  # which sends each request seven times again


@briefly.parametrize()
def test_every_operation_does_what_its_document_says_and_asks_for_credentials(live, credentials, case):
    keep_promises(live, credentials, case, NOT_SO)


def keep_promises(live, credentials, case, unchecked):
    """Send the case and hold the answer against all checks but these."""
    if case.meta.generation.mode.is_positive and "billable" in case.path:
        complete(case)
    url = f"http://127.0.0.1:{live.port}"
    case.call_and_validate(base_url=url, headers=credentials, excluded_checks=unchecked)


def complete(case):
    """OpenAPI cannot tell what is required in the body or else in the query, nor which integer is a number."""
    case.query = {**REQUIRED, **(case.query or {})}
    if isinstance(case.body, dict):
        case.body = {name: value for name, value in case.body.items() if name not in NAMES or isinstance(value, str)}


NO_REQUEST = {
    "400": "P@ST / HTTP/1.1\r\n\r\n",
    "417": "GET / HTTP/1.1\r\nHost: x\r\nExpect: gold\r\n\r\n",
    "431": f"GET / HTTP/1.1\r\nHost: {9000 * 'x'}\r\n\r\n",
    "501": "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gold\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("status", ANSWER_EXAMPLES["gunicorn errors"])
def test_what_gunicorn_refuses_is_answered_like_its_example(live, status):
    with socket.create_connection(("127.0.0.1", live.port), timeout=10) as connection:
        connection.sendall(NO_REQUEST[status].encode())
        response = http.client.HTTPResponse(connection)
        response.begin()
        answer = json.load(response)

    assert (str(response.status), answer) == (status, {"error": ANSWER_EXAMPLES["gunicorn errors"][status]})
    assert response.headers["Content-Type"] == "application/json"
    assert f"request {response.headers['X-Request-ID']}: " in live.log.read_text()
