"""The calls of a run: what a platform will report, and the dialer's records of the same calls."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

URL = "/api/ingress/calls/inbound/billable"
DID = 8005550100
CID = 2052000000  # and upwards: area code 205, exchanges from 200 on, so eight million callers

OWN, CHAIN, HOT = "own", "chain", "hot"  # whom a lead is shared with: nobody, calls one after another, calls at once
CHAIN_LENGTH = 5
HOT_LEADS = 50
BATCH = 1000  # rows an INSERT; PyMySQL makes one statement of them when all values are parameters


@dataclass
class Call:
    """A billable call, and the platform's book about it."""

    number: int
    lead_id: int | None
    cost: str
    call_date: datetime
    at_once: int  # how many times it is fired in the same moment
    request: bytes = b""
    requests: int = 0
    began: float | None = None
    acknowledged: float | None = None
    answers: set[bytes] = field(default_factory=set)  # the bodies of its 200s

    @property
    def did(self):
        return str(DID + self.number % 100)

    @property
    def cid(self):
        return str(CID + self.number)

    @property
    def key(self):
        return f"RGB{self.number:07X}"


class Catalogue:
    """Makes calls; `chains` are lists of calls of which each is sent only once the one before it is acknowledged."""

    def __init__(self, lots, api_key):
        self.lots = lots
        self.api_key = api_key
        self.calls = []
        self.last_lead = HOT_LEADS

    def make_chains(self, count, at_once):
        """Return chains of `count` calls in all; `at_once` says how many times each is fired, out of these."""
        chains, last = [], len(self.calls) + count
        while len(self.calls) < last:
            sharing = self.lots.choices([OWN, CHAIN, HOT, None], [70, 5, 15, 10])[0]
            length = min(CHAIN_LENGTH if sharing == CHAIN else 1, last - len(self.calls))
            lead_id = self.choose_lead(sharing)
            chains.append([self.make_call(lead_id, self.lots.choice(at_once)) for _ in range(length)])
        return chains

    def choose_lead(self, sharing):
        if sharing == HOT:
            return self.lots.randint(1, HOT_LEADS)
        if sharing is None:
            return None
        self.last_lead += 1
        return self.last_lead

    def make_call(self, lead_id, at_once):
        cost = f"{self.lots.randint(0, 10**6) / 10**4:.4f}"
        call_date = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=self.lots.randint(60, 86400))
        call = Call(len(self.calls), lead_id, cost, call_date, at_once)
        call.request = write_request(call, self.api_key, self.lots.choice(FORMS))
        self.calls.append(call)
        return call


def by_header(call):
    return {"Idempotency-Key": call.key}, {}


def by_header_and_date(call):
    return {"Idempotency-Key": call.key}, {"call_date": call.call_date.isoformat()}


def by_parameter(call):
    return {}, {"idempotency_key": call.key, "call_date": call.call_date.isoformat()}


def by_nature(call):
    return {}, {"call_date": call.call_date.isoformat()}


FORMS = (by_header, by_header_and_date, by_parameter, by_nature)  # how a repeated call is known (`contract.md`)


def write_request(call, api_key, form):
    """The bytes of the HTTP request; `notes` carries the call's number, which finds its row again."""
    headers, parameters = form(call)
    body = json.dumps({"cost": call.cost, "notes": str(call.number), **parameters})
    headers = {"Host": "chaos", **api_key, "Content-Type": "application/json", "Content-Length": len(body), **headers}
    lines = [f"POST {URL}/{call.did}/{call.cid} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def log_calls(connection, calls):
    """Write what the dialer knows: leads, first contacts, and each call a little later than the platform stamps it."""
    leads = [(lead_id,) for lead_id in {*range(1, HOT_LEADS + 1), *(call.lead_id for call in calls if call.lead_id)}]
    insert(connection, "INSERT INTO leads (lead_id) VALUES (%s)", leads)
    insert(connection, "INSERT INTO lead_first_contacts (lead_id) VALUES (%s)", leads)
    insert(
        connection,
        "INSERT INTO tldialer_call_log (call_date, call_direction, call_from, call_to, lead_id)"
        " VALUES (%s, %s, %s, %s, %s)",
        [(call.call_date + timedelta(seconds=7), "INBOUND", call.cid, call.did, call.lead_id) for call in calls],
    )


def insert(connection, statement, rows):
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            cursor.executemany(statement, rows[start : start + BATCH])
