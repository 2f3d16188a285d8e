"""How disputes are written and printed, and what they add up to by vendor and reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

import click

from ..clock import dialer_zone
from ..invoice.amounts import format_amount
from ..invoice.details import open_details
from ..invoice.disputes import Dispute, VendorKey
from ..invoice.period import Period
from ..invoice.tables import Value
from .output import print_records, wants_json

SHOWN_DISPUTES = 1_000  # on a terminal; --output has all
DISPUTE_COLUMNS = (
    "vendor",
    "reason",
    "row",
    "cost_id",
    "call_id",
    "cid",
    "did",
    "call_date",
    "billed",
    "disputed",
    "remark",
)


class VendorDisputes(NamedTuple):
    vendor: VendorKey
    found: Iterator[Dispute]


class Sum(NamedTuple):
    """How many charges are disputed, what they bill, and what of that is in question."""

    number: int = 0
    billed: Decimal = Decimal(0)
    disputed: Decimal = Decimal(0)

    def plus(self, dispute: Dispute) -> "Sum":
        return Sum(self.number + 1, self.billed + dispute.billed, self.disputed + dispute.disputed)


@dataclass
class Tally:
    """The period, and the Sum of each vendor and reason so far."""

    period: Period | None = None
    sums: dict[tuple[str, str], Sum] = field(default_factory=dict)

    @property
    def number(self) -> int:
        return sum(each.number for each in self.sums.values())

    def count(self, disputes: Iterable[Dispute]) -> Iterator[Dispute]:
        """Yield the disputes as they are, counted."""
        for dispute in disputes:
            of = (dispute.vendor, dispute.reason)
            self.sums[of] = self.sums.get(of, Sum()).plus(dispute)
            yield dispute


def write_disputes(path: Path, tally: Tally, vendors: Iterable[VendorDisputes]) -> None:
    """Write them vendor after vendor; each has a sheet of its own in a workbook, those without disputes have none."""
    with open_details(path, Dispute._fields) as file:
        for vendor, found in vendors:
            for place, dispute in enumerate(tally.count(found)):
                if place == 0:
                    file.begin_sheet(vendor.name)
                file.write(dispute)
        file.write_summary(list_sums(tally))


def list_sums(tally: Tally) -> Iterator[Sequence[Value]]:
    """Yield the rows of the summary for a spreadsheet."""
    yield from (("Calls of", str(tally.period)), ("Times are those of", dialer_zone().key), ())
    yield "Vendor", "Reason", "Calls", "Billed", "Disputed"
    for (vendor, reason), total in tally.sums.items():
        yield vendor, reason, *total
    sums = tally.sums.values()
    yield "All", None, tally.number, sum(each.billed for each in sums), sum(each.disputed for each in sums)


def print_disputes(tally: Tally, vendors: Iterable[VendorDisputes], as_json: bool) -> None:
    """Print them all as JSON, or the first as a table."""
    disputes = tally.count(chain.from_iterable(found for _, found in vendors))
    shown = disputes if wants_json(as_json) else islice(disputes, SHOWN_DISPUTES)
    print_records((dispute._asdict() for dispute in shown), DISPUTE_COLUMNS, as_json, "Nothing is disputed.")
    if more := sum(1 for _ in disputes):
        click.echo(f"and {more:,} more: --output writes all", err=True)


def report_tally(tally: Tally, on_stderr: bool) -> None:
    """Print what the disputes add up to."""
    click.echo(f"Disputed charges for calls of {tally.period}: {tally.number:,}", err=on_stderr)
    for (vendor, reason), total in tally.sums.items():
        line = f"{vendor:20} {reason:34} {total.number:>10,} {format_amount(total.disputed):>18}"
        click.echo(line, err=on_stderr)
