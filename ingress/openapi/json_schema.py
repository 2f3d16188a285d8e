"""The parts of JSON Schema from which the document is built."""

from typing import Any

# A part of the document: JSON Schema nests objects, lists and plain values without end, so its values have no one type
JsonObject = dict[str, Any]


def describe_object(about: str, /, optional: JsonObject | None = None, **properties: JsonObject) -> JsonObject:
    """Return the schema of an object with all of these keys, in this order, perhaps `optional` ones, and no others."""
    return {
        "type": "object",
        "description": about,
        "properties": {**properties, **(optional or {})},
        "required": list(properties),
        "additionalProperties": False,
    }


def describe_text(about: str, pattern: str | None = None, *, nullable: bool = False, **others: Any) -> JsonObject:
    """Return the schema of a text; `others` are further keywords of JSON Schema."""
    kind = ["string", "null"] if nullable else "string"
    return {"type": kind, "description": about, **({"pattern": pattern} if pattern else {}), **others}


def refer_to(name: str) -> JsonObject:
    """Return a reference to a schema of the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}
