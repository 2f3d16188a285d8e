"""`make smoke-test`: every documented answer of a running service over HTTP, and one cancelled cost, marked as such.

Plain standard library, so that it runs wherever there is a Python. Exit code: 0 all well, 1 a check failed, 2 not run.
"""

import json
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import InvalidOperation
from http.client import HTTPConnection, HTTPException, HTTPMessage, HTTPSConnection
from typing import NamedTuple, NoReturn
from urllib.parse import urlsplit

from tools import STATE
from tools.smoke_checks import Check, Form, Request, Target, list_checks

DEMO = STATE / "run" / "demo.json"  # where `make run` says what it serves
TIMEOUT = 10  # seconds; twice what platforms wait
WIDTH = 70  # characters of an answer that the table shows
NOT_RUN = """
Not run, because one good key cannot provoke them:
  403 TLDialer Not Enabled, 403 Advanced Call Log Not Enabled   other settings
  403 This API is Not Allowed to Access this Endpoint           a key for other endpoints
  403 This API is Not Allowed from this IP Address              a key for other addresses
  409 Cost Already Set                                          a key that refuses changes
  429 Too Many Requests                                         would lock this address out for a while
  503 TLDialer Connection Error                                 a database that is away
  500 Internal Server Error                                     a bug
"""


class Received(NamedTuple):
    status: int
    headers: HTTPMessage
    text: str

    @property
    def json(self) -> object:
        """The parsed body, or None if it is no JSON."""
        with suppress(ValueError):
            return json.loads(self.text) if self.headers.get_content_type() == "application/json" else None
        return None


class CheckResult(NamedTuple):
    check: str
    expected: str
    got: str
    ms: str
    failed: bool


def main() -> int:
    target = read_target(os.environ)
    require_reachable(target)
    rows = [run_check(target, check) for check in list_checks(target)]
    print_rows(rows)
    failed = [row.check for row in rows if row.failed]
    print(f"\n{target.base_url}: {len(rows) - len(failed)} of {len(rows)} checks passed")
    print(NOT_RUN)
    return 1 if failed else 0


def read_target(environment: Mapping[str, str]) -> Target:
    """Return the Target that BASE_URL, API_ID and API_KEY name, else the one of `make run`."""
    if not environment.get("BASE_URL"):
        environment = {**environment, **read_demo()}
    missing = [name for name in ("API_ID", "API_KEY") if not environment.get(name)]
    if missing:
        give_up(f"{' and '.join(missing)} missing: make smoke-test BASE_URL=... API_ID=... API_KEY=...")
    names = {"DID": "8005550142", "CID": "7205550134", "COST": "0.01"}
    given = {name.lower(): environment.get(name) or default for name, default in names.items()}
    target = Target(environment["BASE_URL"].rstrip("/"), environment["API_ID"], environment["API_KEY"], **given)
    require_sendable(target)
    return target


def read_demo() -> dict[str, str]:
    try:
        return {name.upper(): str(value) for name, value in json.loads(DEMO.read_text()).items()}
    except FileNotFoundError:
        give_up("nothing to check: start `make run`, or give BASE_URL=... API_ID=... API_KEY=...")


def require_sendable(target: Target) -> None:
    try:
        url = urlsplit(target.base_url)
        if url.scheme not in ("http", "https") or not url.hostname or url.port == 0:
            raise ValueError
    except ValueError:  # also of a port that is no number
        give_up("BASE_URL must look like https://host or http://host:port")
    if not re.fullmatch(r"[!-~]+", target.api_id + target.api_key):
        give_up("API_ID and API_KEY must be plain characters without blanks")
    with suppress(InvalidOperation):
        if target.amount > 0:
            return
    give_up(f"COST={target.cost} is no amount above 0")


def require_reachable(target: Target) -> None:
    try:
        send(target, Request("/healthz", {}, method="GET"))
    except (OSError, HTTPException) as error:
        give_up(f"{target.base_url} cannot be reached: {error}")


def give_up(reason: str) -> NoReturn:
    print(f"smoke test not run: {reason}", file=sys.stderr)
    sys.exit(2)


def send(target: Target, request: Request) -> Received:
    """Return the answer, redirects not followed; the key is masked in it."""
    url = urlsplit(target.base_url)
    connect = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = connect(url.hostname or "", url.port, timeout=TIMEOUT)
    try:
        with suppress(BrokenPipeError, ConnectionResetError):  # a body too large may be refused before all of it came
            connection.request(request.method, url.path + request.path, request.body, request.headers)
        response = connection.getresponse()
        text = response.read().decode(errors="replace")
        return Received(response.status, response.headers, text.replace(target.api_key, "[API key]"))
    finally:
        connection.close()


def run_check(target: Target, check: Check) -> CheckResult:
    """Return what came, and what is wrong with it."""
    started = time.perf_counter()
    try:
        answer = send(target, check.request)
    except (OSError, HTTPException) as error:
        got, failed = type(error).__name__, True
    else:
        wrong = list(list_deviations(check, answer))
        got, failed = "; ".join([sum_up(answer), *wrong]), bool(wrong)
    milliseconds = (time.perf_counter() - started) * 1000
    return CheckResult(check.name, check.expected, got, f"{milliseconds:.0f}", failed)


def list_deviations(check: Check, answer: Received) -> Iterator[str]:
    if answer.status != int(check.expected[:3]):
        yield "another status"
    elif check.form:
        yield from list_misfits(answer.json, check.form)
    if check.header and not re.fullmatch(check.header[1], answer.headers.get(check.header[0], "")):
        yield f"header {check.header[0]}"


def list_misfits(value: object, form: Form, name: str = "JSON") -> list[str]:
    """Return the names of what does not fit the form."""
    if isinstance(form, tuple):
        return min((list_misfits(value, alternative, name) for alternative in form), key=len)
    if isinstance(form, dict) and isinstance(value, dict) and list(form) == list(value):
        return [wrong for key in form for wrong in list_misfits(value[key], form[key], key)]
    if isinstance(form, str):
        fits = isinstance(value, str) and bool(re.fullmatch(form, value, re.DOTALL))
    else:
        fits = type(value) is type(form) and value == form
    return [] if fits else [f"wrong {name}"]


def sum_up(answer: Received) -> str:
    """Return one line: an error's text, or whether the call and its lead were found."""
    body = answer.json if isinstance(answer.json, dict) else {}
    if "error" in body:
        return f"{answer.status} {' '.join(str(body['error']).split())}"[:WIDTH]
    if "lead" in body:
        return f"{answer.status} {'lead updated' if body['lead'] else 'stored; no call or no lead found'}"
    return str(answer.status)


def print_rows(rows: list[CheckResult]) -> None:
    lines = [("check", "expected", "got", "ms"), *(row[:4] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    for line, failed in zip(lines, [False, *(row.failed for row in rows)], strict=True):
        cells = [cell.ljust(width) for cell, width in zip(line[:3], widths, strict=False)]
        print("  ".join([*cells, line[3].rjust(widths[3]), "FAILED" if failed else ""]).rstrip())


if __name__ == "__main__":
    sys.exit(main())
