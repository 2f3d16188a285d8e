"""The calls of a run: what a platform will report, and the dialer's records of the same calls."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.private_server import AdminConnection

BILLABLE_PATH = "/api/ingress/calls/inbound/billable"
FIRST_DID = 8005550100
FIRST_CID = 2052000000  # area code 205, exchanges from 200 on, so eight million callers
CHAIN_LENGTH = 5
HOT_LEADS = 50
ROWS_AN_INSERT = 1000  # PyMySQL makes one statement of them when all values are parameters


class Sharing(Enum):
    """Which calls have the same lead; the value is the share of the calls in percent."""

    OWN = 70  # no other call
    CHAIN = 5  # calls one after another
    HOT = 15  # calls at once
    NO_LEAD = 10


@dataclass
class ReportedCall:
    """A billable call, and the platform's book about it."""

    number: int
    lead_id: int | None
    cost: str
    call_date: datetime
    at_once: int  # how many times it is fired in the same moment
    request: bytes = b""
    requests: int = 0
    began: float | None = None  # this and the next in monotonic seconds
    acknowledged: float | None = None
    answers: set[bytes] = field(default_factory=set)  # the bodies of its 200s

    @property
    def did(self) -> str:
        return str(FIRST_DID + self.number % 100)

    @property
    def cid(self) -> str:
        return str(FIRST_CID + self.number)

    @property
    def key(self) -> str:
        return f"RGB{self.number:07X}"


Chain = list[ReportedCall]  # each is sent only once the one before it is acknowledged


class Catalogue:
    """Makes the calls of a run."""

    def __init__(self, rng: Random, api_key: dict[str, str]) -> None:
        self.rng = rng
        self.api_key = api_key
        self.calls: list[ReportedCall] = []
        self.last_lead = HOT_LEADS

    def make_chains(self, count: int, at_once: Sequence[int]) -> list[Chain]:
        """Return chains of `count` calls in all; `at_once` says how many times each is fired, out of these."""
        chains: list[Chain] = []
        last = len(self.calls) + count
        while len(self.calls) < last:
            sharing = self.rng.choices(list(Sharing), [sharing.value for sharing in Sharing])[0]
            length = min(CHAIN_LENGTH if sharing is Sharing.CHAIN else 1, last - len(self.calls))
            lead_id = self.choose_lead(sharing)
            chains.append([self.make_call(lead_id, self.rng.choice(at_once)) for _ in range(length)])
        return chains

    def choose_lead(self, sharing: Sharing) -> int | None:
        if sharing is Sharing.HOT:
            return self.rng.randint(1, HOT_LEADS)
        if sharing is Sharing.NO_LEAD:
            return None
        self.last_lead += 1
        return self.last_lead

    def make_call(self, lead_id: int | None, at_once: int) -> ReportedCall:
        cost = f"{self.rng.randint(0, 10**6) / 10**4:.4f}"
        call_date = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=self.rng.randint(60, 86400))
        call = ReportedCall(len(self.calls), lead_id, cost, call_date, at_once)
        call.request = write_request(call, self.api_key, self.rng.choice(IDENTITIES))
        self.calls.append(call)
        return call


Identity = tuple[dict[str, str], dict[str, str]]  # headers and parameters


def by_header(call: ReportedCall) -> Identity:
    return {"Idempotency-Key": call.key}, {}


def by_header_and_date(call: ReportedCall) -> Identity:
    return {"Idempotency-Key": call.key}, {"call_date": call.call_date.isoformat()}


def by_parameter(call: ReportedCall) -> Identity:
    return {}, {"idempotency_key": call.key, "call_date": call.call_date.isoformat()}


def by_call_date(call: ReportedCall) -> Identity:
    return {}, {"call_date": call.call_date.isoformat()}


# The ways in which the service recognises a duplicate (`docs/contract.md`).
IDENTITIES = (by_header, by_header_and_date, by_parameter, by_call_date)


def write_request(call: ReportedCall, api_key: dict[str, str], identify: Callable[[ReportedCall], Identity]) -> bytes:
    """Return the bytes of the HTTP request; `notes` carries the call's number, by which its row is found."""
    headers, parameters = identify(call)
    body = json.dumps({"cost": call.cost, "notes": str(call.number), **parameters})
    content = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = [f"POST {BILLABLE_PATH}/{call.did}/{call.cid} HTTP/1.1", "Host: chaos"]
    lines += [f"{name}: {value}" for name, value in (api_key | content | headers).items()]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def log_calls(connection: "AdminConnection", calls: Iterable[ReportedCall]) -> None:
    """Write what the dialer knows: leads, first contacts, and each call a little later than the platform stamps it."""
    leads = [(lead_id,) for lead_id in {*range(1, HOT_LEADS + 1), *(call.lead_id for call in calls if call.lead_id)}]
    insert_rows(connection, "INSERT INTO leads (lead_id) VALUES (%s)", leads)
    insert_rows(connection, "INSERT INTO lead_first_contacts (lead_id) VALUES (%s)", leads)
    insert_rows(
        connection,
        "INSERT INTO tldialer_call_log (call_date, call_direction, call_from, call_to, lead_id)"
        " VALUES (%s, %s, %s, %s, %s)",
        [(call.call_date + timedelta(seconds=7), "INBOUND", call.cid, call.did, call.lead_id) for call in calls],
    )


def insert_rows(connection: "AdminConnection", statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_AN_INSERT):
            cursor.executemany(statement, rows[start : start + ROWS_AN_INSERT])
