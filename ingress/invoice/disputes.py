"""What a vendor is to answer: charges that are disputed, each once, with the reason and what speaks for it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from flask import current_app

from ..clock import aware_time
from .amounts import format_amount, money
from .findings import KINDS
from .moments import wall_time
from .staging import Staging

# In the order in which they count: of several reasons, the first is the reason, and the others stand beside it.
REASONS = {
    "billed_twice": KINDS["billed_twice"],
    "no_call": KINDS["no_call"],
    "too_short": KINDS["too_short"],
    "repeat_caller": "repeat caller",
    "different_amount": KINDS["different_amount"],
    "raised_amount": "another amount than at first",
}


class StagedDispute(NamedTuple):
    """A disputed row as it is staged; `reasons` with commas, `other_...` is what it is compared with."""

    row: int | str
    reasons: str
    call_id: str | None
    vendor_id: int | None
    cost_id: int | None
    did: str | None
    cid: str | None
    since: int | None
    until: int | None
    seconds: int | None
    billed: int
    received: int | None
    amount: int
    other_row: int | str | None
    other_cost: int | None
    other_call_id: str | None
    other_called: int | None


class Dispute(NamedTuple):
    """A charge of which `disputed` is in question; the fields are the header of `--output`."""

    vendor: str
    key_id: int
    reason: str
    also: str | None
    row: int | str | None
    call_id: str | None
    cost_id: int | None
    vendor_id: int | None
    did: str | None
    cid: str | None
    call_date: datetime | date | None
    seconds: int | None
    billed: Decimal
    disputed: Decimal
    remark: str | None


class Rules(NamedTuple):
    """What the operator disputes beside what is always disputed; 0 is nothing."""

    min_seconds: int
    repeat_within: timedelta


class VendorKey(NamedTuple):
    """The key that the disputed calls came with; a key is a vendor's or a platform's."""

    key_id: int
    name: str


def dispute_rows(staging: Staging, rules: Rules) -> None:
    """Find what is disputed of a compared invoice."""
    staging.run_script("create_disputes")
    staging.run("dispute_twins")
    staging.run("dispute_same_calls", after=int(current_app.config["CALL_MATCH_AFTER"].total_seconds()))
    dispute_each(staging, rules)
    staging.run("dispute_amounts")


def dispute_each(staging: Staging, rules: Rules) -> None:
    """Find what is disputed of rows and of costs alike."""
    staging.run("dispute_calls")
    if rules.repeat_within:
        staging.run("dispute_repeats", within=int(rules.repeat_within.total_seconds()))


def list_disputes(staging: Staging, vendor: VendorKey, rules: Rules, of_file: bool) -> Iterator[Dispute]:
    """Yield what is disputed, reason after reason; without a file a dispute has no row."""
    for staged in staging.rows(StagedDispute, "list_disputes"):
        found = staged if of_file else staged._replace(row="", other_row=None)
        yield describe_dispute(found, vendor, rules)


def describe_dispute(found: StagedDispute, vendor: VendorKey, rules: Rules) -> Dispute:
    reason, *others = found.reasons.split(",")
    return Dispute(
        vendor=vendor.name,
        key_id=vendor.key_id,
        reason=write_reason(reason, rules),
        also="; ".join(write_reason(other, rules) for other in others) or None,
        row=found.row or None,
        call_id=found.call_id,
        cost_id=found.cost_id,
        vendor_id=found.vendor_id,
        did=found.did,
        cid=found.cid,
        call_date=find_call_time(found),
        seconds=found.seconds,
        billed=money(found.billed),
        disputed=money(found.amount),
        remark=write_remark(reason, found, rules),
    )


def write_reason(reason: str, rules: Rules) -> str:
    if reason == "repeat_caller":
        return f"{REASONS[reason]} within {write_duration(rules.repeat_within)}"
    return REASONS[reason]


def write_duration(duration: timedelta) -> str:
    """Return a length of time in whole days if it has them, else in hours or seconds."""
    seconds = int(duration.total_seconds())
    for name, size in (("days", 86_400), ("hours", 3_600)):
        if seconds % size == 0:
            return f"{seconds // size} {name}"
    return f"{seconds} seconds"


def find_call_time(found: StagedDispute) -> datetime | date | None:
    """Return when the call was, with the dialer's zone; only the day where the file names only the day."""
    if found.until is None:
        return None
    when = wall_time(found.until)
    return aware_time(when) if found.since == found.until else when.date()


def write_remark(reason: str, found: StagedDispute, rules: Rules) -> str | None:
    """Return what speaks for the dispute."""
    match reason:
        case "billed_twice":
            return f"billed before: {name_other(found)}"
        case "repeat_caller":
            return f"called before: {name_other(found)}"
        case "too_short":
            return f"{found.seconds} s, less than {rules.min_seconds}"
        case "different_amount":
            return f"received: {format_amount(money(found.received))}"
        case "raised_amount":
            return f"at first: {format_amount(money(found.billed - found.amount))}"
    return None


def name_other(found: StagedDispute) -> str:
    """Return the charge that a dispute is compared with, by all that is known of it."""
    parts = {"row": found.other_row, "call": found.other_call_id, "cost": found.other_cost}
    named = [f"{name} {value}" for name, value in parts.items() if value is not None]
    called = None if found.other_called is None else aware_time(wall_time(found.other_called))
    return ", ".join(named) + (f", of {called}" if called else "")
