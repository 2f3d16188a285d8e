"""The OpenAPI document is valid, and nothing that the service takes or answers is missing from it."""

import json
import re

import pytest

from ingress import create_app, errors
from ingress.access.credentials import API_ID_NAMES, API_KEY_NAMES
from ingress.intake.schemas import ALIASES, PARAMETER_HEADERS, BillableCallSchema
from ingress.openapi.answers import ANSWER_EXAMPLES
from tests.conftest import URL

TO_OPERATORS = {"NoSuchDelivery", "AlreadyBilled", "AlreadyReplayed", "NoSuchCost"}  # told by no endpoint
FORMS = ["application/x-www-form-urlencoded", "multipart/form-data"]
PATHS = [URL, URL + "/{did}", URL + "/{did}/{cid}"]


@pytest.fixture
def document(client):
    response = client.get("/openapi.json")
    assert response.content_type == "application/json"
    return response.json


@pytest.fixture
def billing(document):
    """The documented operation."""
    return document["paths"][PATHS[2]]["post"]


def follow(document, part):
    """What a reference within the document refers to."""
    for key in part["$ref"].removeprefix("#/").split("/"):
        document = document[key]
    return document


def names(parameters, place):
    return {parameter["name"] for parameter in parameters if parameter["in"] == place}


def own_errors():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return {kind.__name__ for kind in kinds if issubclass(kind, errors.IngressError)} - {"IngressError"}


def test_every_route_is_in_the_document(app, document):
    assets = {"/docs/<name>"}  # what the page is made of
    same = {f"{URL}/<number:did>/<number:cid>/"}  # a slash behind it is the same path

    rules = {rule.rule for rule in app.url_map.iter_rules()} - assets - same
    served = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule) for rule in rules}

    assert served == set(document["paths"])


def test_every_error_is_in_the_document(document, billing):
    for name in own_errors() - TO_OPERATORS:
        error = getattr(errors, name)
        response = follow(document, billing["responses"][str(error.status)])
        examples = response["content"]["application/json"]["examples"]
        assert examples[error.text]["value"]["error"].partition(": ")[0] == error.text
        assert error.text in response["description"]
        assert set(error.headers) <= set(response["headers"])


def test_no_example_is_of_an_error_that_no_longer_exists():
    assert set(ANSWER_EXAMPLES["errors"]) == own_errors() - TO_OPERATORS


def test_every_parameter_is_in_the_document_under_each_of_its_names(document, billing):
    aliases = {alias for aliases in ALIASES.values() for alias in aliases}
    content = billing["requestBody"]["content"]

    assert set(ALIASES) == set(BillableCallSchema().fields)
    assert names(billing["parameters"], "query") == aliases
    assert names(billing["parameters"], "header") == set(PARAMETER_HEADERS.values())
    assert names(billing["parameters"], "path") == {"did", "cid"}
    assert set(content) == {"application/json", *FORMS}
    for kind in content.values():
        assert set(follow(document, kind["schema"])["properties"]) == {*aliases, *API_ID_NAMES, *API_KEY_NAMES}


def test_id_and_key_are_needed_together_in_headers_or_under_any_pair_of_names(document, billing):
    schemes = document["components"]["securitySchemes"]

    header, basic, *query = [[schemes[name] for name in pair] for pair in billing["security"]]

    assert [(scheme["in"], scheme["name"]) for scheme in header] == [
        ("header", "tld-api-id"),
        ("header", "tld-api-key"),
    ]
    assert [(scheme["type"], scheme["scheme"]) for scheme in basic] == [("http", "basic")]
    assert [[(scheme["in"], scheme["name"]) for scheme in pair] for pair in query] == [
        [("query", api_id), ("query", key)] for api_id, key in zip(API_ID_NAMES, API_KEY_NAMES, strict=True)
    ]


def test_a_success_has_the_documented_keys_in_their_order(dialer, document, post):
    dialer.add_call()

    answer = post(json={"cost": 1, "call_date": "2024-03-05T14:21:09Z"}).json

    billed = document["components"]["schemas"]["Billed"]
    assert billed["required"] == list(answer)
    assert list(billed["properties"]) == [*answer, "corrected_from", "corrected_to", "understood"]
    for part in ("inserted", "lead"):
        assert list(billed["properties"][part]["properties"]) == list(answer[part])


def test_a_superseded_dry_run_has_every_documented_key_in_its_order(document, post):
    call = {"call_date": "2024-03-05T14:21:09Z"}
    for cost in (1, 2, 3):
        post(json={**call, "cost": cost})

    answer = post(json={**call, "cost": 2, "dry_run": 1}).json

    assert list(document["components"]["schemas"]["Billed"]["properties"]) == list(answer)


def test_the_document_holds_no_setting_and_no_host(dialer, monkeypatch):
    monkeypatch.setenv("TLDIALER_DATABASE_URL", "mysql://a-user:a-password@a-host/a-database")

    text = create_app().test_client().get("/openapi.json", base_url="http://elsewhere.example").text

    assert not [word for word in ("a-user", "a-password", "a-host", "a-database", "elsewhere") if word in text]
    assert json.loads(text)["servers"] == [{"url": "/"}]
