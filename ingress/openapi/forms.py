"""What each kind of parameter may look like, in JSON Schema; the exact rules are those of `ingress/fields.py`."""

from ..intake.schemas import KEY_LIMIT, NOTES_LIMIT, SWITCH, Cost, IdempotencyKey, Notes, PhoneNumber, Switch, Time

FORMS = {
    PhoneNumber: {
        "type": ["string", "integer"],
        "format": "north-american-number",
        "description": "A North American number of 10 digits, or 11 with the leading 1, written in any way.",
        "examples": ["8005550142", "+1 (800) 555-0142", "1-800-555-0142", 18005550142],
    },
    Cost: {
        "type": ["string", "number"],
        "format": "amount",
        "description": "An amount below 100,000,000, kept to 4 decimal places; `$` and thousands commas are tolerated.",
        "examples": ["12.50", 12.5, "$1,200.00"],
    },
    Time: {
        "type": ["string", "integer"],
        "format": "time-of-call",
        "description": "ISO 8601, `3/5/2024 2:21:09 PM`, or seconds or milliseconds since 1970. Without an offset it is"
        " read in the API key's time zone. From the year 2000 to one day from now.",
        "examples": ["2024-03-05T14:21:09Z", "2024-03-05 14:21:09 -0500", 1709648469],
    },
    Notes: {
        "type": ["string", "number"],
        "format": "notes",
        "maxLength": NOTES_LIMIT,
        "description": f"Any text up to {NOTES_LIMIT:,} bytes of UTF-8.",
        "examples": ["RGB7F31"],
    },
    IdempotencyKey: {
        "type": ["string", "number"],
        "format": "idempotency-key",
        "maxLength": KEY_LIMIT,
        "description": f"1 to {KEY_LIMIT} characters.",
        "examples": ["RGB7F31A4C"],
    },
    Switch: {
        "type": ["string", "integer", "boolean"],
        "enum": [*SWITCH, 1, 0, True, False],
        "description": "In any case of letters.",
        "examples": ["1", True],
    },
}


def describe_form(converter, field, **_):
    """For apispec: the sentence about the field, then the form of its class."""
    form = FORMS[type(field)]
    return {**form, "description": f"{field.metadata['description']} {form['description']}"}


def as_text(form):
    """The form where everything is text: in a URL, a header or a form's body."""
    lists = [name for name in ("enum", "examples") if name in form]
    texts = {name: [value for value in form[name] if isinstance(value, str)] for name in lists}
    return {**form, **texts, "type": "string"}


def or_null(form):
    """The form where JSON may say that there is none."""
    values = {"enum": [*form["enum"], None]} if "enum" in form else {}
    return {**form, **values, "type": [*form["type"], "null"]}
