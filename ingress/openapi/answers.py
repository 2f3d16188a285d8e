"""Every answer of the endpoint: success, the 202 of the spool, and errors by status, each with real examples."""

import json
from importlib import resources
from typing import Any

from apispec import APISpec

from .. import errors
from ..spool import outage
from ..spool.queue import Measures
from .billed import BILLED_SCHEMA, UNDERSTOOD_SCHEMA
from .json_schema import JsonObject, describe_text, refer_to

ANSWER_EXAMPLES: dict[str, dict[str, Any]] = json.loads(
    resources.files(__package__).joinpath("examples.json").read_text()
)
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait before trying again.", "schema": {"type": "integer"}}}
ANSWER_HEADERS: dict[int, JsonObject] = {  # of the answers with a certain status
    200: {
        "Idempotent-Replayed": {
            "description": "`true` if the call had this amount before: nothing was written, and this is the answer that"
            " the amount got then. If it has been corrected since, `corrected_to` is added.",
            "schema": {"const": "true"},
        },
        "Dry-Run": {"description": "`true` if this was a dry run: nothing was billed.", "schema": {"const": "true"}},
    },
    405: {"Allow": {"description": "The methods that the service accepts.", "schema": {"type": "string"}}},
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}
REQUEST_ID_HEADER: JsonObject = {
    "X-Request-ID": {
        "description": "The id of this request in the service's log and in its delivery log.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    }
}
SPOOLED_SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "spooled": describe_text("The id of the request.", "^[0-9a-f]{32}$"),
        "error": {"const": outage.KEPT_TEXT},
    },
    "required": ["spooled", "error"],
    "additionalProperties": False,
}
SPOOL_STATE_SCHEMA: JsonObject = {
    "type": "object",
    "properties": {**{name: {"type": "integer"} for name in Measures._fields}, "fault": {"type": "string"}},
    "additionalProperties": False,
}
NOT_READY_SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "spool": SPOOL_STATE_SCHEMA,
        "error": {"type": "string", "pattern": f"^{errors.TLDialerConnectionError.text}(: |$)"},
        "faults": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["error"],
    "additionalProperties": False,
}


def add_answers(spec: APISpec) -> None:
    """Add one response per status, to which each operation can refer."""
    add_response(spec, "Billed", 200, "Billed or corrected, or after a dry run what would be done.", BILLED_SCHEMA)
    add_response(
        spec, "Spooled", 202, "Kept while the database is away; billed when the database is back.", SPOOLED_SCHEMA
    )
    for status, answers in group_errors().items():
        texts = list(dict.fromkeys(answer["error"].partition(": ")[0] for answer in answers.values()))
        name = f"Error{status}"
        spec.components.schema(name, describe_error_schema(texts))
        spec.components.response(name, describe_response(status, " · ".join(texts), refer_to(name), answers))
    add_response(spec, "NotReady", 503, "The service is not ready; `faults` names the reasons.", NOT_READY_SCHEMA)


def add_response(spec: APISpec, name: str, status: int, about: str, schema: JsonObject) -> None:
    spec.components.schema(name, schema)
    spec.components.response(name, describe_response(status, about, refer_to(name), ANSWER_EXAMPLES[name]))


def list_answers() -> dict[str, str]:
    """Return the name of the response for each status."""
    return {"200": "Billed", "202": "Spooled", **{str(status): f"Error{status}" for status in sorted(group_errors())}}


def group_errors() -> dict[int, dict[str, dict[str, str]]]:
    """Return an example for each error by status and text: those of `ingress/errors.py`, of Flask and of gunicorn."""
    grouped: dict[int, dict[str, dict[str, str]]] = {}
    for name, text in ANSWER_EXAMPLES["errors"].items():
        error: type[errors.IngressError] = getattr(errors, name)
        grouped.setdefault(error.status, {})[error.text] = {"error": text}
    for status, text in [*ANSWER_EXAMPLES["flask errors"].items(), *ANSWER_EXAMPLES["gunicorn errors"].items()]:
        grouped.setdefault(int(status), {})[text.partition(": ")[0]] = {"error": text}
    return grouped


def describe_error_schema(texts: list[str]) -> JsonObject:
    """Return the schema of an error whose text is one of these, alone or with a detail behind a colon."""
    pattern = f"^({'|'.join(texts)})(: |$)"
    return {
        "type": "object",
        "properties": {"error": {"type": "string", "pattern": pattern}, "understood": UNDERSTOOD_SCHEMA},
        "required": ["error"],
        "additionalProperties": False,
    }


def describe_response(status: int, about: str, schema: JsonObject, examples: dict[str, Any]) -> JsonObject:
    named = {name: {"value": value} for name, value in examples.items()}
    return {
        "description": about,
        "headers": REQUEST_ID_HEADER | ANSWER_HEADERS.get(status, {}),
        "content": {"application/json": {"schema": schema, "examples": named}},
    }
