"""What is answered: a success as `ingress/answers.py` writes it, and every error by status, each with real examples."""

import json
from importlib import resources

from .. import errors
from ..spool import outage
from ..spool.queue import Measures
from .billed import BILLED

EXAMPLES = json.loads(resources.files(__package__).joinpath("examples.json").read_text())
RETRY_AFTER = {"Retry-After": {"description": "Seconds until it is worth trying again.", "schema": {"type": "integer"}}}
HEADERS = {  # of the answers with a certain status
    200: {
        "Idempotent-Replayed": {
            "description": "`true`: this call was billed before, and this is its first answer.",
            "schema": {"const": "true"},
        },
        "Dry-Run": {"description": "`true`: nothing was billed.", "schema": {"const": "true"}},
    },
    405: {"Allow": {"description": "The methods that are served.", "schema": {"type": "string"}}},
    429: RETRY_AFTER,
    503: RETRY_AFTER,
}
REQUEST_ID = {
    "X-Request-ID": {
        "description": "Stands in the service's log and in its delivery log too.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    }
}


def add_answers(spec):
    """One response a status, so that each operation can refer to it."""
    spec.components.schema("Billed", BILLED)
    spec.components.response(
        "Billed", describe(200, "Billed, or what billing would do.", refer("Billed"), EXAMPLES["billed"])
    )
    spec.components.response(
        "Kept", describe(202, "Kept while the database is away, and billed when it is back.", KEPT, EXAMPLES["kept"])
    )
    for status, answers in group_errors().items():
        texts = list(dict.fromkeys(answer["error"].partition(": ")[0] for answer in answers.values()))
        spec.components.schema(f"Error{status}", describe_error(texts))
        spec.components.response(
            f"Error{status}", describe(status, " · ".join(texts), refer(f"Error{status}"), answers)
        )
    spec.components.response("NotReady", describe(503, "Why not, by name.", NOT_READY, EXAMPLES["not ready"]))


def list_answers():
    return {"200": "Billed", "202": "Kept", **{str(status): f"Error{status}" for status in sorted(group_errors())}}


def group_errors():
    """The errors of each status by text: those of `ingress/errors.py`, and those of Flask and gunicorn."""
    grouped = {}
    for name, text in EXAMPLES["errors"].items():
        error = getattr(errors, name)
        grouped.setdefault(error.status, {})[error.text] = {"error": text}
    for status, text in [*EXAMPLES["flask errors"].items(), *EXAMPLES["gunicorn errors"].items()]:
        grouped.setdefault(int(status), {})[text.partition(": ")[0]] = {"error": text}
    return grouped


def describe_error(texts):
    """An error's text is one of these, alone or with a detail behind a colon."""
    pattern = f"^({'|'.join(texts)})(: |$)"
    return {
        "type": "object",
        "properties": {"error": {"type": "string", "pattern": pattern}},
        "required": ["error"],
        "additionalProperties": False,
    }


def describe(status, about, schema, examples):
    examples = {name: {"value": value} for name, value in examples.items()}
    return {
        "description": about,
        "headers": REQUEST_ID | HEADERS.get(status, {}),
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }


def refer(name):
    return {"$ref": f"#/components/schemas/{name}"}


KEPT = {
    "type": "object",
    "properties": {"spooled": {"type": "string", "pattern": "^[0-9a-f]{32}$"}, "error": {"const": outage.KEPT_TEXT}},
    "required": ["spooled", "error"],
    "additionalProperties": False,
}
SPOOL = {
    "type": "object",
    "properties": {**{name: {"type": "integer"} for name in Measures._fields}, "fault": {"type": "string"}},
    "additionalProperties": False,
}
NOT_READY = {
    "type": "object",
    "properties": {
        "spool": SPOOL,
        "error": {"type": "string", "pattern": f"^{errors.TLDialerConnectionError.text}(: |$)"},
        "faults": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["error"],
    "additionalProperties": False,
}
