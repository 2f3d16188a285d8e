"""The answers that the server gives by itself: in JSON with an id, like every other error."""

import json
import logging
import re
import socket
from typing import NamedTuple
from uuid import uuid4

from gunicorn import util

log = logging.getLogger(__name__)

BEGIN = re.compile(rb"(?:\r\n)?([A-Z]+) ([^\s?]*)\??(\S*)")  # as much of a request line as has come
REQUEST_ID = "server.request_id"  # in the environment of a refused request, for its line in the access log
REFUSAL_RETRY_SECONDS = 5


class Refusal(NamedTuple):
    """`reason` is the name of the status, `detail` tells what to correct."""

    status: int
    reason: str
    detail: str


BAD_CHUNKS = Refusal(400, "Bad Request", "each line of its chunks must end with CRLF")
STALLED = Refusal(408, "Request Timeout", "it did not come whole in time")
CROWDED = Refusal(503, "Service Unavailable", "too many requests at once that do not come whole")


class RefusedResponse(NamedTuple):
    """What an access log asks of a response."""

    status: str
    sent: int | None = None
    headers: tuple[tuple[str, str], ...] = ()


def send_refusal(sock: socket.socket, refusal: Refusal, request_id: str) -> None:
    body = json.dumps({"error": f"{refusal.reason}: {refusal.detail}"})
    head = {
        "Connection": "close",
        "Content-Type": "application/json",
        "Content-Length": len(body),
        "X-Request-ID": request_id,
    }
    if refusal.status == 503:
        head["Retry-After"] = REFUSAL_RETRY_SECONDS
    fields = [f"{name}: {value}" for name, value in head.items()]
    lines = [f"HTTP/1.1 {refusal.status} {refusal.reason}", *fields, "", body]
    util.write_nonblock(sock, "\r\n".join(lines).encode())


def write_error(sock: socket.socket, status_int: int, reason: str, mesg: str) -> None:
    """Takes the place of gunicorn's function, which answers in HTML what its parser refuses."""
    request_id = new_refusal_id()
    log.warning("request %s: %s", request_id, reason)  # the message may repeat what was sent
    send_refusal(sock, Refusal(status_int, reason, mesg), request_id)


def new_refusal_id() -> str:
    return uuid4().hex


def make_environ(content: bytes, address: str, request_id: str) -> dict[str, str]:
    """Return what the access log needs of a request that has not been parsed, as far as it has come."""
    begin = BEGIN.match(content[:8192])
    method, path, query = [part.decode("latin-1") for part in begin.groups()] if begin else ["", "", ""]
    return {
        "REQUEST_METHOD": method,
        "RAW_URI": f"{path}?{query}" if query else path,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "",
        "REMOTE_ADDR": address,
        REQUEST_ID: request_id,
    }
