"""The differences in words and exact amounts, as every report tells them."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from .amounts import money
from .moments import wall_time
from .staging import Staging

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
OF_CALLS = ("no_call", "too_short")  # listed separately: the same row may also have another kind


class StagedFinding(NamedTuple):
    """A difference as it is staged: times on the dialer's wall clock, in seconds, amounts in ten-thousandths."""

    kind: str
    row: int | str | None  # `5 of Sheet2` where there are several
    cost_id: int | None
    call_id: str | None
    did: str | None
    cid: str | None
    since: int | None
    until: int | None
    called: int | None
    cost: int | None
    received: int | None
    difference: int
    seconds: int | None
    problem: str | None
    nearby: int | None


class Detail(NamedTuple):
    """A difference as the reports list it; the fields are the header of `--details`."""

    finding: str
    row: int | str | None
    cost_id: int | None
    call_id: str | None
    did: str | None
    cid: str | None
    invoice_date: datetime | date | None  # on the dialer's wall clock
    received_date: datetime | None
    invoice_cost: Decimal | None
    received_cost: Decimal | None
    difference: Decimal
    seconds: int | None
    remark: str | None


def list_details(staging: Staging, at_most: int = -1) -> Iterator[Detail]:
    """Yield every difference, kind after kind; `at_most` of each kind, -1 is all."""
    for kind in KINDS:
        yield from list_details_of(staging, kind, at_most)


def list_details_of(staging: Staging, kind: str, at_most: int) -> Iterator[Detail]:
    """Yield the differences of one kind, in the order of the file."""
    return map(describe_finding, staging.rows(StagedFinding, "list_findings", kind=kind, at_most=at_most))


def describe_finding(finding: StagedFinding) -> Detail:
    return Detail(
        finding=KINDS[finding.kind],
        row=finding.row,
        cost_id=finding.cost_id,
        call_id=finding.call_id,
        did=finding.did,
        cid=finding.cid,
        invoice_date=describe_time(finding),
        received_date=None if finding.called is None else wall_time(finding.called),
        invoice_cost=None if finding.cost is None else money(finding.cost),
        received_cost=None if finding.received is None else money(finding.received),
        difference=money(finding.difference),
        seconds=finding.seconds,
        remark=describe_remark(finding),
    )


def describe_time(finding: StagedFinding) -> datetime | date | None:
    """Return when the invoice says that the call was; only the day where it names only the day."""
    if finding.until is None:
        return None
    when = wall_time(finding.until)
    return when if finding.since == finding.until else when.date()


def describe_remark(finding: StagedFinding) -> str | None:
    if finding.nearby:
        return f"perhaps cost {finding.nearby}, of the same caller and amount within a day"
    return finding.problem
