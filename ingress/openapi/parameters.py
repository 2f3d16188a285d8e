"""What may be sent: the fields of BillableCallSchema under each of their aliases, in the query, the body or headers."""

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.openapi import OpenAPIConverter

from ..intake.body import BODY_LIMIT, FORM_TYPES
from ..intake.packing import ENCODINGS
from ..intake.schemas import ALIASES, PARAMETER_HEADERS, BillableCallSchema
from .forms import PARAMETER_FORMS, describe_field, to_nullable_form, to_text_form
from .json_schema import JsonObject, refer_to
from .security import describe_credentials

PATH_NUMBERS = ("did", "cid")  # that the path may carry, in its order
BODY_EXAMPLE = {
    "cost": "12.50",
    "call_date": "2026-03-05T14:21:09Z",
    "idempotency_key": "RGB7F31A4C",
    "notes": "RGB7F31",
}
BODY_EXAMPLES = {
    "numbers in the path": {"value": BODY_EXAMPLE},
    "numbers in the body": {"value": {"inbound_number": "18005550142", "phone_number": "7205550134", **BODY_EXAMPLE}},
}


class FieldsPlugin(MarshmallowPlugin):
    """apispec's reader of marshmallow schemas, extended by our own kinds of fields.

    The methods of its converter have no types.
    """

    converter: OpenAPIConverter  # made by init_spec

    def init_spec(self, spec: APISpec) -> None:
        super().init_spec(spec)
        for kind in PARAMETER_FORMS:
            self.map_to_openapi_type(kind, None, None)  # type: ignore[no-untyped-call]
        self.converter.add_attribute_function(describe_field)  # type: ignore[no-untyped-call]

    def properties(self) -> dict[str, JsonObject]:
        """Return the form of each field of the schema."""
        schema: JsonObject = self.converter.schema2jsonschema(BillableCallSchema())  # type: ignore[no-untyped-call]
        properties: dict[str, JsonObject] = schema["properties"]
        return properties


def add_bodies(spec: APISpec, fields: dict[str, JsonObject]) -> None:
    """Describe the body as JSON, where null is an absent value, and as a form, where every value is text."""
    json = {name: to_nullable_form(form) for name, form in list_aliases(fields).items()}
    form = {name: to_text_form(form) for name, form in list_aliases(fields).items()}
    credentials = describe_credentials()
    texts = {name: to_text_form(form) for name, form in credentials.items()}
    spec.components.schema("BillableCall", {"type": "object", "properties": json | credentials})
    spec.components.schema("BillableCallForm", {"type": "object", "properties": form | texts})


def list_aliases(fields: dict[str, JsonObject]) -> dict[str, JsonObject]:
    """Return the form of each name that may be sent; those with the same meaning say in which order they count."""
    return {alias: add_order(fields[name], aliases) for name, aliases in ALIASES.items() for alias in aliases}


def add_order(form: JsonObject, aliases: tuple[str, ...]) -> JsonObject:
    if len(aliases) == 1:
        return form
    names = ", ".join(f"`{alias}`" for alias in aliases)
    return {**form, "description": f"{form['description']} Of {names} the first one present counts."}


def describe_body() -> JsonObject:
    schemas = {"application/json": "BillableCall", **dict.fromkeys(FORM_TYPES, "BillableCallForm")}
    return {
        "description": f"JSON or a form, up to {BODY_LIMIT // 1024} KiB. It may be packed, with a Content-Encoding of"
        f" {' or '.join(sorted(ENCODINGS))}; the limit then holds for what is unpacked too. Other names in it are"
        " ignored.",
        "content": {kind: {"schema": refer_to(schema), "examples": BODY_EXAMPLES} for kind, schema in schemas.items()},
    }


def list_parameters(fields: dict[str, JsonObject], numbers: int) -> list[JsonObject]:
    """Return the parameters of the operation whose path has this many numbers."""
    path = [describe_parameter("path", name, fields[name], required=True) for name in PATH_NUMBERS[:numbers]]
    query = [describe_parameter("query", name, form) for name, form in list_aliases(fields).items()]
    headers = [describe_parameter("header", header, fields[name]) for name, header in PARAMETER_HEADERS.items()]
    return path + query + headers


def describe_parameter(place: str, name: str, form: JsonObject, **others: Any) -> JsonObject:
    schema = to_text_form(form)
    about = schema.pop("description")
    return {"in": place, "name": name, "description": about, "schema": schema, **others}
