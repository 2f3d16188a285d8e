"""`ingress reconcile ringba.csv --key 310`: how the platform's invoice differs from what came in."""

from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from ..invoice.amounts import format_amount
from ..invoice.details import open_details
from ..invoice.findings import KINDS, OF_CALLS, Detail, list_details
from ..invoice.period import Period
from ..invoice.staging import Staging
from ..invoice.summary import Summary, summarise
from .invoice import Compared, cannot_run, compared
from .invoice_options import WRITABLE_FILE, InvoiceOptions, details_option, file_options

IN_PASSING = {
    "same": "rows agree",
    "not_charged": "rows of 0 that were never received",
    "without_cost": "rows without a cost",
    "outside": "rows outside of the period",
}


@click.command("reconcile", short_help="Compare the platform's invoice with what came in.")
@file_options
@click.option(
    "--min-seconds",
    type=click.IntRange(0),
    default=0,
    help="Also list calls shorter than this; default: none.",
)
@details_option("Write all differences to this file, as CSV or XLSX.")
@click.option("--html", type=WRITABLE_FILE, help="Write a report to read and to print to this file.")
@click.pass_context
@with_appcontext
def reconcile(
    context: click.Context, /, min_seconds: int, details: Path | None, html: Path | None, **file: Any
) -> None:
    """Compare the platform's export of billed calls with what came in; see docs/invoice.md.

    The exit code is 0 when nothing differs, 1 when something does, 2 when the command could not run.
    """
    options = InvoiceOptions(**file)
    with compared(options, min_seconds) as result:
        summary = summarise(result.staging)
        print_summary(summary, result.period)
        with cannot_run():
            if details:
                write_details(details, result.staging)
            if html:
                write_html(html, result, summary, options.file.name)
    context.exit(int(summary.differs))


def write_details(path: Path, staging: Staging) -> None:
    with open_details(path, Detail._fields) as write:
        for detail in list_details(staging):
            write(detail)


def write_html(path: Path, result: Compared, summary: Summary, file_name: str) -> None:
    from ..invoice.report import About, write_report

    key = f"{result.api_key.api_id} ({result.api_key.name})"
    about = About(file_name, key, result.period, current_app.config["TLDIALER_TIMEZONE"].key)
    write_report(path, result.staging, summary, about)


def print_summary(summary: Summary, period: Period) -> None:
    click.echo(f"Calls of {period}, amounts in the account's currency\n")
    for name, amount in (
        ("invoice", summary.invoiced),
        ("received", summary.received),
        ("difference", summary.invoiced - summary.received),
    ):
        click.echo(f"{name:34}{'':10}{format_amount(amount):>18}")
    click.echo()
    for line in summary.lines:
        added = "" if line.kind in OF_CALLS else f"{format_amount(line.difference):>18}"
        click.echo(f"{KINDS[line.kind]:34}{line.number:>10,}{added}")
    for kind, text in IN_PASSING.items():
        if summary.rows.get(kind):
            click.echo(f"{text:34}{summary.rows[kind]:>10,}")
    if summary.nearby:
        click.echo(
            f"\n{summary.nearby:,} of those never received may be costs of the same caller and amount within a day."
        )
