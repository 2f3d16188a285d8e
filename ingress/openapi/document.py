"""The whole document: every path with its methods, what may be sent there and what the service answers."""

import json
import re
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from apispec import APISpec

from .. import billable
from .answers import REQUEST_ID_HEADER, add_answers, list_answers
from .json_schema import JsonObject
from .parameters import FieldsPlugin, add_bodies, describe_body, list_parameters
from .security import add_security, list_security

TITLE = "Billable-call ingress"
ABOUT = """A call-tracking platform reports what a call cost, once the call is billable.

**Parameters** come as JSON, as a form, in the query or in the path. The body counts before the query, and the path
comes last. The names of one parameter count in the order in which they are listed, without regard to case. A value is
absent when it is blank, null, a filler such as `n/a`, or a token that the platform did not fill in, such as
`[Call:ConversionPayout]`. *did*, *cid* and *cost* are required; each may come in any of these places. A slash behind
the path changes nothing.

**Errors** are `{"error": "text"}`, and nothing was billed. The text may be followed by `: ` and a detail; the part
before the colon never changes.

**A call that is sent twice** is billed once. It is recognised by its idempotency key; without one by its did, cid and
call_date, if call_date was sent with a clock time. Another amount corrects the cost, and 0 cancels it: the answer then
ends with `corrected_from`. An amount that the call had before and has no longer is a late repetition and changes
nothing: its answer ends with `corrected_to`, the present amount.

The contract of the endpoint, with the source of each rule, is `docs/contract.md` in the repository of this service.
"""
SUMMARIES = ("Bill a call", "Bill a call to the number in the path", "Bill a call between the numbers in the path")


@lru_cache
def write_document(methods: frozenset[str]) -> str:
    """Return the document as JSON for a service that serves these methods."""
    plugin = FieldsPlugin()
    about = {"info": {"description": ABOUT}, "servers": [{"url": "/"}]}  # its own URL, whatever a proxy makes of it
    spec = APISpec(TITLE, version("billable-call-ingress"), "3.1.0", plugins=[plugin], **about)
    add_security(spec)
    add_bodies(spec, plugin.properties())
    add_answers(spec)
    add_paths(spec, methods, plugin.properties())
    return json.dumps(spec.to_dict(), ensure_ascii=False)


def add_paths(spec: APISpec, methods: frozenset[str], fields: dict[str, JsonObject]) -> None:
    """Add the endpoint's paths, the documented one first, and then the open ones."""
    for path in reversed(billable.PATHS):
        numbers = path.count("/")
        ordered = sorted(methods, reverse=True)  # POST before GET
        operations = {method.lower(): describe_billing(method, numbers, fields) for method in ordered}
        spec.path(f"{billable.blueprint.url_prefix}{name_numbers(path)}", operations=operations)
    for path, operation in OPEN_PATHS.items():
        spec.path(path, operations={"get": operation})


def name_numbers(path: str) -> str:
    """Return Flask's path as OpenAPI writes it."""
    return re.sub(r"<number:(\w+)>", r"{\1}", path)


def describe_billing(method: str, numbers: int, fields: dict[str, JsonObject]) -> JsonObject:
    """Return the operation whose path has this many numbers; a GET has no body."""
    operation = {
        "operationId": f"{method.lower()}_cost_{numbers}",
        "tags": ["Billing"],
        "summary": SUMMARIES[numbers],
        "security": list_security(),
        "parameters": list_parameters(fields, numbers),
        "responses": list_answers(),
    }
    return operation if method == "GET" else {**operation, "requestBody": describe_body()}


def describe_open(name: str, about: str, kind: str, schema: JsonObject, **others: Any) -> JsonObject:
    """Return an operation that needs no credentials and takes no parameters."""
    answer = {"description": about, "headers": REQUEST_ID_HEADER, "content": {kind: {"schema": schema}}}
    responses = {"200": answer, **others}
    return {"operationId": name, "tags": ["Service"], "summary": about, "security": [], "responses": responses}


def describe_status(value: str) -> JsonObject:
    return {"type": "object", "properties": {"status": {"const": value}}, "required": ["status"]}


JSON_TYPE = "application/json"
OPEN_PATHS = {
    "/healthz": describe_open("healthz", "The process lives", JSON_TYPE, describe_status("alive")),
    "/readyz": describe_open(
        "readyz",
        "The database answers and is fit for money; `warnings` tell what is probably set wrong",
        JSON_TYPE,
        describe_status("ready"),
        **{"503": "NotReady"},
    ),
    "/": describe_open("home", "What this service is, with links; a page for browsers", JSON_TYPE, {"type": "object"}),
    "/openapi.json": describe_open("openapi", "This document", JSON_TYPE, {"type": "object"}),
    "/docs": describe_open("docs", "This document as a page", "text/html", {"type": "string"}),
}
