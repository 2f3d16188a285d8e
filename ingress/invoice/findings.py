"""The differences in words and exact amounts, as every report tells them."""

from decimal import Decimal
from typing import NamedTuple

from .rows import wall_time

KINDS = {
    "never_received": "billed, but never received",
    "not_on_invoice": "received, but not on the invoice",
    "different_amount": "another amount than received",
    "billed_twice": "billed twice",
    "adjustment": "adjustment below zero",
    "unreadable": "could not be read",
    "no_call": "no call in the call log",
    "too_short": "call too short",
}
OF_CALLS = ("no_call", "too_short")  # listed besides: the same row may also be one of the others

DETAILS = (
    *("finding", "row", "cost_id", "call_id", "did", "cid", "invoice_date", "received_date"),
    *("invoice_cost", "received_cost", "difference", "seconds", "remark"),
)


class Line(NamedTuple):
    """One kind of difference: how many, the money on those rows, and what they add to the invoice."""

    kind: str
    number: int
    amount: Decimal
    difference: Decimal


class Summary(NamedTuple):
    """All of it in figures; `invoiced` less `received` is the sum of the lines' differences, to the last digit."""

    invoiced: Decimal
    received: Decimal
    lines: list
    rows: dict
    nearby: int

    @property
    def differs(self):
        return bool(self.lines)


def money(amount):
    """Ten-thousandths as Decimal, exactly."""
    return Decimal(amount or 0).scaleb(-4)


def show(amount):
    """At least cents, and no more places than there are: 1,234.50, 0.0125."""
    amount = amount.normalize()
    return f"{amount:,.{max(2, -amount.as_tuple().exponent)}f}"


def summarise(staging):
    found = {row["kind"]: row for row in staging.rows("count_findings")}
    rows = {row["kind"]: row for row in staging.rows("count_rows")}
    received = {row["kind"]: row["amount"] for row in staging.rows("count_received")}
    lines = [
        Line(kind, found[kind]["number"], money(found[kind]["amount"]), money(found[kind]["difference"]))
        for kind in KINDS
        if kind in found
    ]
    return Summary(
        invoiced=money(sum(row["amount"] for kind, row in rows.items() if kind != "outside")),
        received=money(received.get("matched", 0) + received.get("not_on_invoice", 0)),
        lines=lines,
        rows={kind: row["number"] for kind, row in rows.items()},
        nearby=staging.rows("count_nearby").fetchone()["number"],
    )


def list_details(staging, at_most=-1):
    """Every difference as a tuple of DETAILS, kind after kind; `at_most` of each kind, -1 is all."""
    for kind in KINDS:
        for finding in staging.rows("list_findings", kind=kind, at_most=at_most):
            yield describe_finding(finding)


def describe_finding(finding):
    return (
        KINDS[finding["kind"]],
        finding["row"],
        finding["cost_id"],
        finding["call_id"],
        finding["did"],
        finding["cid"],
        describe_time(finding),
        None if finding["called"] is None else str(wall_time(finding["called"])),
        None if finding["cost"] is None else money(finding["cost"]),
        None if finding["received"] is None else money(finding["received"]),
        money(finding["difference"]),
        finding["seconds"],
        describe_remark(finding),
    )


def describe_time(finding):
    """A day where the file names only the day."""
    if finding["until"] is None:
        return None
    when = wall_time(finding["until"])
    return str(when if finding["since"] == finding["until"] else when.date())


def describe_remark(finding):
    if finding["nearby"]:
        return f"perhaps cost {finding['nearby']}, of the same caller and amount within a day"
    return finding["problem"]
