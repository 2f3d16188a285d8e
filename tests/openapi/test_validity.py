"""The OpenAPI document as others' validators see it."""

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from ingress import create_app
from tests.openapi.test_document import PATHS, follow

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("methods", ["POST", "GET", "POST,GET"])
def test_the_document_is_valid_openapi_3_1(dialer, monkeypatch, methods):
    monkeypatch.setenv("INGRESS_METHODS", methods)

    document = create_app().test_client().get("/openapi.json").json

    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert [list(document["paths"][path]) for path in PATHS] == 3 * [methods.lower().split(",")]


def test_every_example_fits_its_schema(client):
    document = client.get("/openapi.json").json
    for response in document["components"]["responses"].values():
        content = response["content"]["application/json"]
        schema = follow(document, content["schema"]) if "$ref" in content["schema"] else content["schema"]
        for example in content["examples"].values():
            OAS31Validator(schema).validate(example["value"])
