"""The comparison as one HTML page that needs nothing else: figures, a plot of the differences by day, and examples.

Imported only for a report, or each worker would carry the library of the plot along.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from jinja2 import Template

from .amounts import format_amount
from .findings import KINDS, OF_CALLS, Detail, list_details_of
from .plot import draw_days
from .staging import Staging
from .summary import About, Summary

TEMPLATE = Template(Path(__file__).with_name("report.html").read_text(encoding="utf-8"), autoescape=True)
SHOWN_FINDINGS = 100  # of each kind; --details has all of them
HEADINGS = {
    "row": "Row",
    "cost_id": "Cost id",
    "call_id": "Call id",
    "did": "DID",
    "cid": "CID",
    "invoice_date": "Called, on the invoice",
    "received_date": "Called, as received",
    "invoice_cost": "Invoice",
    "received_cost": "Received",
    "difference": "Difference",
    "seconds": "Seconds",
    "remark": "Remark",
}


class FindingTable(NamedTuple):
    """The first findings of a kind, and the columns in which any of them has something."""

    rows: list[Detail]
    columns: list[str]


def write_report(path: Path, staging: Staging, summary: Summary, about: About) -> None:
    page = TEMPLATE.render(
        about=about,
        summary=summary,
        kinds=KINDS,
        of_calls=OF_CALLS,
        tables={line.kind: make_table(staging, line.kind) for line in summary.lines},
        headings=HEADINGS,
        plot=draw_days(staging),
        format_amount=format_amount,
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    path.write_text(page, encoding="utf-8")


def make_table(staging: Staging, kind: str) -> FindingTable:
    rows = list(list_details_of(staging, kind, SHOWN_FINDINGS))
    shown = [name for name in HEADINGS if name != "difference" or kind not in OF_CALLS]
    return FindingTable(rows, [name for name in shown if any(getattr(row, name) is not None for row in rows)])
