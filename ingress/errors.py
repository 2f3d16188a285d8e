"""Every error answer: the texts and statuses of `docs/contract.md`, and how any error becomes JSON."""

import logging
from typing import ClassVar

from flask import Flask, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5  # long enough for a database to restart, short enough for a platform's first retry


class IngressError(Exception):
    """A refusal: `text` and `status` are fixed by the contract, `detail` tells the sender what to correct."""

    text: str
    status = 400
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail
        super().__init__(f"{self.text}: {detail}" if detail else self.text)


class NoApiId(IngressError):
    text, status = "No API ID Provided", 401


class NoApiKey(IngressError):
    text, status = "No API Key Provided", 401


class TLDialerNotEnabled(IngressError):
    text, status = "TLDialer Not Enabled", 403


class AdvancedCallLogNotEnabled(IngressError):
    text, status = "Advanced Call Log Not Enabled", 403


class TLDialerConnectionError(IngressError):
    text, status = "TLDialer Connection Error", 503
    headers: ClassVar[dict[str, str]] = {"Retry-After": str(RETRY_AFTER_SECONDS)}


class InvalidApiIdOrKey(IngressError):
    text, status = "Invalid API ID or Key", 401


class EndpointNotAllowed(IngressError):
    text, status = "This API is Not Allowed to Access this Endpoint", 403


class IpAddressNotAllowed(IngressError):
    text, status = "This API is Not Allowed from this IP Address", 403


class MissingDid(IngressError):
    text = "Missing or Invalid DID"


class MissingCid(IngressError):
    text = "Missing or Invalid CID"


class InvalidDid(IngressError):
    text = "Invalid DID"


class InvalidCid(IngressError):
    text = "Invalid CID"


class MissingCost(IngressError):
    text = "Missing or Invalid Cost"


class InvalidCost(IngressError):
    text = "Invalid Cost"


class InvalidDateBilled(IngressError):
    text = "Invalid Date Billed"


class InvalidCallDate(IngressError):
    text = "Invalid Call Date"


class InvalidNotes(IngressError):
    text = "Invalid Notes"


class InvalidIdempotencyKey(IngressError):
    text = "Invalid Idempotency Key"


class IdempotencyKeyAlreadyUsed(IngressError):
    text, status = "Idempotency Key Already Used", 422


class CostAlreadySet(IngressError):
    text, status = "Cost Already Set", 409


class InvalidDryRun(IngressError):
    text = "Invalid Dry Run"


class SenderNotConfigured(IngressError):
    """The service's own fault, which the delivery log calls failed; a platform may send again meanwhile."""

    text, status = "Sender Not Configured", 500


class NoSuchDelivery(IngressError):
    text, status = "No Such Delivery", 404


class NoSuchCost(IngressError):
    text, status = "No Such Cost", 404


class AlreadyBilled(IngressError):
    text, status = "Already Billed", 409


class AlreadyReplayed(IngressError):
    text, status = "Already Replayed", 409


class InvalidJsonBody(IngressError):
    text = "Invalid JSON Body"


class InvalidFormBody(IngressError):
    text = "Invalid Form Body"


class IncompleteBody(IngressError):
    text = "Incomplete Request Body"


class RequestTooLarge(IngressError):
    text, status = "Request Too Large", 413


class UriTooLong(IngressError):
    text, status = "URI Too Long", 414


class UnsupportedMediaType(IngressError):
    text, status = "Unsupported Media Type", 415


HTTP_TEXTS = {413: RequestTooLarge.text}  # elsewhere Werkzeug's own name of the status is the text


def answer_ingress_error(error: IngressError) -> ResponseReturnValue:
    g.error = str(error)
    return jsonify(error=str(error)), error.status, error.headers


def answer_http_error(error: HTTPException) -> ResponseReturnValue:
    """404, 405, 413, 429 and their like in JSON, keeping the headers that belong to them (Allow, Retry-After)."""
    g.error = HTTP_TEXTS.get(error.code or 0, error.name)
    response = error.get_response()
    response.data = jsonify(error=g.error).data
    response.content_type = "application/json"
    return response


def answer_bug(error: Exception) -> ResponseReturnValue:
    """A 500 tells the client a request id, to be quoted, and nothing else; the log has the rest under the same id.

    Only the path is logged: the query may hold an API key.
    """
    g.error = "Internal Server Error"
    log.error("request %s: %s %s failed", g.request_id, request.method, request.path, exc_info=error)
    return jsonify(error=f"{g.error}: request {g.request_id}"), 500


def init_app(app: Flask) -> None:
    """Answer every error of the application in JSON, also those that no blueprint sees (404, 405)."""
    app.register_error_handler(IngressError, answer_ingress_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(Exception, answer_bug)
