"""What each kind of parameter may look like, in JSON Schema; the exact rules are in `ingress/intake/fields.py`."""

from typing import Any

from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow.fields import Field

from ..intake.schema_fields import (
    KEY_LIMIT,
    NOTES_LIMIT,
    SWITCH,
    CostField,
    IdempotencyKeyField,
    NotesField,
    PhoneNumberField,
    SwitchField,
    TimeField,
)
from .json_schema import JsonObject

PARAMETER_FORMS: dict[type, JsonObject] = {
    PhoneNumberField: {
        "type": ["string", "integer"],
        "format": "north-american-number",
        "description": "A North American number with 10 digits, or 11 with the leading 1, in any usual notation.",
        "examples": ["8005550142", "+1 (800) 555-0142", "1-800-555-0142", 18005550142],
    },
    CostField: {
        "type": ["string", "number"],
        "format": "amount",
        "description": "An amount below 100,000,000, kept with 4 decimal places. `$`, `US$` or `USD` before or behind"
        " it and thousands commas are allowed.",
        "examples": ["12.50", 12.5, "$1,200.00", "12.50 USD"],
    },
    TimeField: {
        "type": ["string", "integer"],
        "format": "time-of-call",
        "description": "ISO 8601, `3/5/2024, 2:21:09 PM`, `2024/03/05 14:21:09`, `Mar 5, 2024 2:21:09 PM`, RFC 2822,"
        " any of these with a zone such as `EST` behind it, or seconds or milliseconds since 1970. The month comes"
        " before the day. A time without an offset is read in the API key's time zone. It must be from the year 2000 to"
        " one day from now.",
        "examples": ["2024-03-05T14:21:09Z", "2024-03-05 14:21:09 -0500", "3/5/2024 2:21:09 PM EST", 1709648469],
    },
    NotesField: {
        "type": ["string", "number"],
        "format": "notes",
        "maxLength": NOTES_LIMIT,
        "description": f"Any text up to {NOTES_LIMIT:,} bytes of UTF-8.",
        "examples": ["RGB7F31"],
    },
    IdempotencyKeyField: {
        "type": ["string", "number"],
        "format": "idempotency-key",
        "maxLength": KEY_LIMIT,
        "description": f"It has 1 to {KEY_LIMIT} characters.",
        "examples": ["RGB7F31A4C"],
    },
    SwitchField: {
        "type": ["string", "integer", "boolean"],
        "enum": [*SWITCH, 1, 0, True, False],
        "description": "Upper and lower case are the same.",
        "examples": ["1", True],
    },
}


def describe_field(converter: OpenAPIConverter, field: Field[Any], **_: Any) -> JsonObject:
    """Return the form of the field's class, led by the sentence about the field itself; apispec calls this."""
    form = PARAMETER_FORMS[type(field)]
    return {**form, "description": f"{field.metadata['description']} {form['description']}"}


def to_text_form(form: JsonObject) -> JsonObject:
    """Return the form for places where every value is text: a URL, a header, the body of a form."""
    lists = [name for name in ("enum", "examples") if name in form]
    texts: JsonObject = {name: [value for value in form[name] if isinstance(value, str)] for name in lists}
    return {**form, **texts, "type": "string"}


def to_nullable_form(form: JsonObject) -> JsonObject:
    """Return the form for JSON, where null is an absent value."""
    values = {"enum": [*form["enum"], None]} if "enum" in form else {}
    return {**form, **values, "type": [*form["type"], "null"]}
