"""The whole document: every path with its methods, what may be sent there and what is answered."""

import json
import re
from functools import lru_cache
from importlib.metadata import version

from apispec import APISpec

from .. import billable
from .answers import REQUEST_ID, add_answers, list_answers
from .parameters import Fields, add_bodies, describe_body, list_parameters
from .security import add_security, list_security

TITLE = "Billable-call ingress"
ABOUT = """A call-tracking platform reports what a call cost, once the call is billable.

**Parameters** come as JSON, as a form, in the query or in the path. The body goes before the query, the aliases of one
parameter go in the order in which they are listed, the path comes last. Blank and null values, and tokens that the
platform did not fill in such as `[Call:ConversionPayout]`, count as absent. *did*, *cid* and *cost* are required,
wherever they come from.

**Errors** are `{"error": "text"}`, and nothing was billed. The text may be followed by `: ` and a detail; what stands
before that is fixed.

**Sent twice**, a call is billed once: by its idempotency key, else by its did, cid, cost and call_date if that was
sent.
"""
SUMMARIES = ("Bill a call", "Bill a call to the number in the path", "Bill a call between the numbers in the path")


@lru_cache
def write_document(methods):
    """Return the document as JSON for a service that serves these methods."""
    fields = Fields()
    own = {"info": {"description": ABOUT}, "servers": [{"url": "/"}]}  # its own URL, whatever a proxy makes of it
    spec = APISpec(TITLE, version("billable-call-ingress"), "3.1.0", plugins=[fields], **own)
    add_security(spec)
    add_bodies(spec, fields.properties())
    add_answers(spec)
    for path in reversed(billable.PATHS):  # the documented one first
        numbers = path.count("/")
        operations = {
            method.lower(): describe_billing(method, numbers, fields.properties())
            for method in sorted(methods, reverse=True)
        }
        spec.path(billable.blueprint.url_prefix + re.sub(r"<number:(\w+)>", r"{\1}", path), operations=operations)
    for path, operation in OPEN_PATHS.items():
        spec.path(path, operations={"get": operation})
    return json.dumps(spec.to_dict(), ensure_ascii=False)


def describe_billing(method, numbers, fields):
    """The operation whose path carries so many numbers; a GET has no body."""
    operation = {
        "operationId": f"{method.lower()}_cost_{numbers}",
        "tags": ["Billing"],
        "summary": SUMMARIES[numbers],
        "security": list_security(),
        "parameters": list_parameters(fields, numbers),
        "responses": list_answers(),
    }
    return operation if method == "GET" else {**operation, "requestBody": describe_body()}


def describe_open(name, about, kind, schema, **others):
    """An operation that needs no credentials and takes nothing."""
    answer = {"description": about, "headers": REQUEST_ID, "content": {kind: {"schema": schema}}}
    responses = {"200": answer, **others}
    return {"operationId": name, "tags": ["Service"], "summary": about, "security": [], "responses": responses}


def status(value):
    return {"type": "object", "properties": {"status": {"const": value}}, "required": ["status"]}


JSON = "application/json"
OPEN_PATHS = {
    "/healthz": describe_open("healthz", "The process lives", JSON, status("alive")),
    "/readyz": describe_open(
        "readyz", "The database answers and is fit for money", JSON, status("ready"), **{"503": "NotReady"}
    ),
    "/openapi.json": describe_open("openapi", "This document", JSON, {"type": "object"}),
    "/docs": describe_open("docs", "This document for people", "text/html", {"type": "string"}),
}
