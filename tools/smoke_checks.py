"""What the smoke test sends and what must come back: every documented answer that one good key can provoke."""

import json
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from urllib.parse import quote
from uuid import uuid4

BILLABLE = "/api/ingress/calls/inbound/billable"
NOTES = "smoke test"  # in every request, so that what a broken service stores can be told apart
JSON_BODY, FORM_BODY = "application/json", "application/x-www-form-urlencoded"

# What an answer must fit: a dict has these keys in this order, a text is a pattern, a tuple holds alternatives. All
# else must be equal and of the same type.
Form = dict[str, "Form"] | tuple["Form", ...] | str | int | None

# name, expected answer, change of good headers
WRONG_CREDENTIALS = [
    ("no API id", "401 No API ID Provided", {"tld-api-id": ""}),
    ("no API key", "401 No API Key Provided", {"tld-api-key": ""}),
    ("wrong API key", "401 Invalid API ID or Key", {"tld-api-key": "wrong"}),
    ("unknown API id", "401 Invalid API ID or Key", {"tld-api-id": "4000000000"}),
]
# name, expected answer, change of a good body, what the detail must mention
WRONG_PARAMETERS: list[tuple[str, str, dict[str, object], str]] = [
    ("DID missing", "400 Missing or Invalid DID", {"did": None}, ""),
    ("DID not filled in", "400 Missing or Invalid DID", {"did": "[Call:Dialed]"}, r"\[Call:Dialed\]"),
    ("DID is a list", "400 Missing or Invalid DID", {"did": ["8005550142"]}, ""),
    ("DID too short", "400 Invalid DID", {"did": "0003"}, ""),
    ("DID from abroad", "400 Invalid DID", {"did": "+442079460958"}, ""),
    ("CID missing", "400 Missing or Invalid CID", {"cid": None}, ""),
    ("CID not filled in", "400 Missing or Invalid CID", {"cid": "{{caller}}"}, r"\{\{caller\}\}"),
    ("CID too short", "400 Invalid CID", {"cid": "266696687"}, ""),
    ("cost missing", "400 Missing or Invalid Cost", {"cost": None}, ""),
    ("cost not filled in", "400 Missing or Invalid Cost", {"cost": "[Call:Payout]"}, r"\[Call:Payout\]"),
    ("cost with decimal comma", "400 Invalid Cost", {"cost": "12,50"}, ""),
    ("cost negative", "400 Invalid Cost", {"cost": "-1"}, ""),
    ("cost too large", "400 Invalid Cost", {"cost": "123456789.00"}, ""),
    ("date_billed is a word", "400 Invalid Date Billed", {"date_billed": "yesterday"}, ""),
    ("call_date impossible", "400 Invalid Call Date", {"call_date": "2026-02-30 10:00:00"}, ""),
    ("call_date long ago", "400 Invalid Call Date", {"call_date": "1999-12-31 12:00:00"}, ""),
    ("notes too long", "400 Invalid Notes", {"notes": "x" * 65_536}, ""),
    ("dry_run in doubt", "400 Invalid Dry Run", {"dry_run": "perhaps"}, ""),
    ("body too large", "413 Request Too Large", {"notes": "x" * 256 * 1024}, ""),
]
# name, expected answer, type of the body, the body, what the detail must mention
WRONG_BODIES = [
    ("JSON cut off", "400 Invalid JSON Body", JSON_BODY, '{"notes": "smoke test", "cost": 1,', r"\d"),  # the position
    ("JSON is no object", "400 Invalid JSON Body", JSON_BODY, "[1]", ""),
    ("cost given twice", "400 Invalid Cost", FORM_BODY, "notes=smoke+test&cost=1&cost=2", "given twice"),
    ("neither JSON nor form", "415", "text/xml", "<cost>1</cost>", ""),
]


class Target(NamedTuple):
    """The service to check, and what to send to it."""

    base_url: str
    api_id: str
    api_key: str
    did: str
    cid: str
    cost: str

    @property
    def headers(self) -> dict[str, str]:
        return {"tld-api-id": self.api_id, "tld-api-key": self.api_key, "Content-Type": JSON_BODY}

    @property
    def body(self) -> dict[str, str]:
        return {"did": self.did, "cid": self.cid, "cost": self.cost, "notes": NOTES}

    @property
    def amount(self) -> Decimal:
        """Return the cost as it is stored; raises decimal.InvalidOperation."""
        return Decimal(re.sub(r"[$,\s]", "", self.cost)).quantize(Decimal("0.0001"), ROUND_HALF_UP)


class Request(NamedTuple):
    path: str
    headers: dict[str, str]
    body: str = ""
    method: str = "POST"


class Check(NamedTuple):
    """`expected` is the status and an error's fixed text; `header` is a name and the pattern of its value."""

    name: str
    expected: str
    request: Request
    form: Form = None
    header: tuple[str, str] | None = None


def list_checks(target: Target) -> list[Check]:
    return [*refusals(target), *routes(target), *one_cost(target)]


def refusal(
    name: str, expected: str, request: Request, mention: str = "", header: tuple[str, str] | None = None
) -> Check:
    """Return the Check that the answer is `{"error": text}` and nothing else, perhaps with a detail behind a colon."""
    text = re.escape(expected[4:]) or "[^:]+"
    detail = f": .*{mention}.*" if mention else "(: .*)?"
    return Check(name, expected, request, {"error": text + detail}, header)


def refusals(target: Target) -> Iterator[Check]:
    for name, expected, other in WRONG_CREDENTIALS:
        headers = {header: value for header, value in (target.headers | other).items() if value}
        yield refusal(name, expected, Request(BILLABLE, headers, json.dumps(target.body)))
    for name, expected, change, mention in WRONG_PARAMETERS:
        yield refusal(name, expected, Request(BILLABLE, target.headers, json.dumps({**target.body, **change})), mention)
    for name, expected, kind, body, mention in WRONG_BODIES:
        request = Request(call_path(target.did, target.cid), target.headers | {"Content-Type": kind}, body)
        yield refusal(name, expected, request, mention)


def routes(target: Target) -> list[Check]:
    body = json.dumps({"cost": target.cost, "notes": NOTES})
    no_did = Request(call_path("", target.cid), target.headers, body)
    no_cid = Request(call_path(target.did, ""), target.headers, body)
    other_method = Request(call_path(target.did, target.cid), target.headers, method="DELETE")
    return [
        refusal("DID blank in the path", "400 Missing or Invalid DID", no_did),
        refusal("CID blank in the path", "400 Missing or Invalid CID", no_cid),
        refusal("no such path", "404", Request("/api/ingress/nothing", target.headers)),
        refusal("no such method", "405", other_method, header=("Allow", r".*\bPOST\b.*")),
        Check("the process lives", "200", Request("/healthz", {}, method="GET")),
        Check("the database answers", "200", Request("/readyz", {}, method="GET")),
    ]


def one_cost(target: Target) -> list[Check]:
    """Check a dry run, then a cost that is fired twice, corrected, fired late with its first amount, and cancelled.

    One row is stored, and at the end it is 0: a smoke test costs nothing. The key must correct, which is the default.
    """
    headers = target.headers | {"Idempotency-Key": str(uuid4())}
    first = Request(call_path(target.did, target.cid), headers, json.dumps({"cost": target.cost, "notes": NOTES}))
    dry_run = first._replace(headers=headers | {"Dry-Run": "1"})
    other_call = first._replace(path=call_path(target.did, target.did))
    changed = target._replace(cost=str(target.amount + 1))
    cancelled = target._replace(cost="0")
    form = success_form(target)
    not_stored = add_to(form, cost_id=None, understood=understood_form(target, headers["Idempotency-Key"]))
    superseded = add_to(form, corrected_to=amount_pattern(changed))
    replayed = ("Idempotent-Replayed", "true")
    return [
        Check("a dry run", "200", dry_run, not_stored, ("Dry-Run", "true")),
        Check("one cost", "200", first, form),
        Check("the same once more", "200", first, form, replayed),
        refusal("same key, other CID", "422 Idempotency Key Already Used", other_call),
        Check("same key, other cost", "200", with_cost(first, changed), correction_form(target, changed)),
        Check("the first cost, late", "200", first, superseded, replayed),
        Check("same key, cost 0", "200", with_cost(first, cancelled), correction_form(changed, cancelled)),
    ]


def with_cost(request: Request, target: Target) -> Request:
    return request._replace(body=json.dumps({"cost": target.cost, "notes": NOTES}))


def call_path(did: str, cid: str) -> str:
    return f"{BILLABLE}/{quote(did, safe='')}/{quote(cid, safe='')}"


def amount_pattern(target: Target) -> str:
    return re.escape(str(target.amount))


def add_to(alternatives: tuple[dict[str, Form], ...], **more: Form) -> tuple[dict[str, Form], ...]:
    """Return each alternative with other values, or with more keys at its end."""
    return tuple({**alternative, **more} for alternative in alternatives)


def understood_form(target: Target, key: str) -> Form:
    """Return what the answer to a dry run says of each parameter: its value, and where it was read."""
    read = [
        ("did", target.did, "path"),
        ("cid", target.cid, "path"),
        ("cost", target.cost, "body cost"),
        ("notes", NOTES, "body notes"),
        ("idempotency_key", key, "header Idempotency-Key"),
        ("dry_run", "1", "header Dry-Run"),
    ]
    return {name: {"value": re.escape(value), "from": place} for name, value, place in read}


def correction_form(before: Target, after: Target) -> tuple[dict[str, Form], ...]:
    """Return the documented answer to a correction; the lead may carry the cost of another call."""
    with_lead, without_lead = success_form(after)
    with_other_cost = {**with_lead, "updated": 0, "lead": lead_form(r"\d+\.\d{4}"), "first_contact": 0}
    return add_to((with_lead, without_lead, with_other_cost), corrected_from=amount_pattern(before))


def success_form(target: Target) -> tuple[dict[str, Form], ...]:
    """Return the documented answer as patterns: with the lead that was updated, and without one."""
    digits, moment = r"\d+", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
    amount = amount_pattern(target)
    inserted: dict[str, Form] = {
        "date_billed": moment,
        "cost": amount,
        "method": "ingress",
        "method_id": re.escape(target.api_id),
        "ip_address": r"[0-9a-f.:]+",
        "call_date": moment,
        "call_from": re.sub(r"\D", "", target.cid)[-10:],
        "call_to": re.sub(r"\D", "", target.did)[-10:],
        "attributable": "1",
        "attributed": "0",
        "calculatable": "0",
        "notes": NOTES,
    }
    given = {
        name: re.escape(value) for name, value in (("cid", target.cid), ("did", target.did), ("cost", target.cost))
    }
    stored: dict[str, Form] = {**given, "cost_id": digits, "inserted": inserted}
    return (
        {**stored, "updated": 1, "lead": lead_form(amount), "first_contact": (0, 1)},
        {**stored, "updated": 0, "lead": None, "first_contact": 0},
    )


def lead_form(cost: str) -> dict[str, Form]:
    digits = r"\d+"
    return {"lead_id": digits, "vendor_id": (digits, None), "account_id": (digits, None), "cost": cost}
