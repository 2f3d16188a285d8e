"""What may be sent: the fields of BillableCallSchema under each of their aliases, in the query, the body or headers."""

from apispec.ext.marshmallow import MarshmallowPlugin

from ..intake.body import BODY_LIMIT
from ..intake.body import FORMS as FORM_TYPES
from ..intake.schemas import ALIASES, PARAMETER_HEADERS, BillableCallSchema
from .forms import FORMS, as_text, describe_form, or_null
from .security import describe_credentials

NUMBERS = ("did", "cid")  # that the path may carry, in its order
EXAMPLE = {"cost": "12.50", "call_date": "2026-03-05T14:21:09Z", "idempotency_key": "RGB7F31A4C", "notes": "RGB7F31"}
EXAMPLES = {
    "numbers in the path": {"value": EXAMPLE},
    "numbers in the body": {"value": {"inbound_number": "18005550142", "phone_number": "7205550134", **EXAMPLE}},
}


class Fields(MarshmallowPlugin):
    """apispec's reader of marshmallow schemas, told of our own kinds of fields."""

    def init_spec(self, spec):
        super().init_spec(spec)
        for kind in FORMS:
            self.map_to_openapi_type(kind, None, None)
        self.converter.add_attribute_function(describe_form)

    def properties(self):
        return self.converter.schema2jsonschema(BillableCallSchema())["properties"]


def add_bodies(spec, fields):
    """Describe the body as JSON, where a number may be one and null is absent, and as a form, where all is text."""
    json = {name: or_null(form) for name, form in spread(fields).items()}
    form = {name: as_text(form) for name, form in spread(fields).items()}
    credentials = describe_credentials()
    texts = {name: as_text(form) for name, form in credentials.items()}
    spec.components.schema("BillableCall", {"type": "object", "properties": json | credentials})
    spec.components.schema("BillableCallForm", {"type": "object", "properties": form | texts})


def spread(fields):
    """The form of each name that may be sent; those that mean the same say in which order they count."""
    return {alias: tell_order(fields[name], aliases) for name, aliases in ALIASES.items() for alias in aliases}


def tell_order(form, aliases):
    if len(aliases) == 1:
        return form
    names = ", ".join(f"`{alias}`" for alias in aliases)
    return {**form, "description": f"{form['description']} The first present one of {names} counts."}


def describe_body():
    refer = {"application/json": "BillableCall", **dict.fromkeys(FORM_TYPES, "BillableCallForm")}
    return {
        "description": f"JSON or a form, up to {BODY_LIMIT // 1024} KiB; whatever it holds besides is ignored.",
        "content": {
            kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}, "examples": EXAMPLES}
            for kind, schema in refer.items()
        },
    }


def list_parameters(fields, numbers):
    """The parameters of the operation whose path carries so many numbers."""
    path = [describe("path", name, fields[name], required=True) for name in NUMBERS[:numbers]]
    query = [describe("query", name, form) for name, form in spread(fields).items()]
    return path + query + [describe("header", header, fields[name]) for name, header in PARAMETER_HEADERS.items()]


def describe(place, name, form, **others):
    form = as_text(form)
    about = form.pop("description")
    return {"in": place, "name": name, "description": about, "schema": form, **others}
