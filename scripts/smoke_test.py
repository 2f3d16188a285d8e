"""`make smoke-test`: every documented answer of a running service over HTTP, and one cost that says it is a smoke test.

Plain standard library, so that it runs wherever there is a Python. Exit code: 0 all well, 1 a check failed, 2 not run.
"""

import json
import os
import re
import sys
import time
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit
from uuid import uuid4

LOCAL = Path(__file__).parent.parent / ".mariadb" / "run" / "demo.json"  # written by `make run`
BILLABLE = "/api/ingress/calls/inbound/billable"
NOTES = "smoke test"
TIMEOUT = 10  # seconds; twice what platforms wait
NOT_RUN = """
Not run, because one good key cannot provoke them:
  403 TLDialer Not Enabled, 403 Advanced Call Log Not Enabled    need another configuration
  403 This API is Not Allowed to Access this Endpoint            needs a key for other endpoints
  403 This API is Not Allowed from this IP Address               needs a key for other addresses
  429 Too Many Requests                                          would lock this address out for a while
  500 Internal Server Error, 503 TLDialer Connection Error       need a bug, a database that is away"""

DIGITS, TIME = r"\d+", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"


class Target(NamedTuple):
    """The service to check and what to send it."""

    base_url: str
    api_id: str
    api_key: str
    did: str
    cid: str
    cost: str

    @property
    def credentials(self):
        return {"tld-api-id": self.api_id, "tld-api-key": self.api_key}


class Request(NamedTuple):
    path: str
    body: str = ""
    headers: dict = {}  # noqa: RUF012 - never changed
    method: str = "POST"


class Answer(NamedTuple):
    status: int
    headers: dict
    text: str

    def json(self):
        try:
            return json.loads(self.text) if self.headers.get("Content-Type", "").startswith("application/json") else None
        except ValueError:
            return None


class Check(NamedTuple):
    """One request and what must come back: the status, the form of the JSON (see `misfits`), headers with these values."""

    name: str
    request: Request
    status: int
    form: object = None
    headers: dict = {}  # noqa: RUF012 - never changed

    @property
    def expected(self):
        text = self.form["error"].partition("(:")[0] if isinstance(self.form, dict) and "error" in self.form else ""
        return f"{self.status} {text}".strip()


if __name__ == "__main__":
    pass
