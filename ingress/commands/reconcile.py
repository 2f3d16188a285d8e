"""`flask --app wsgi reconcile ringba.csv --key 310`: how the platform's invoice differs from what came in."""

from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from ..invoice.details import open_details
from ..invoice.findings import DETAILS, KINDS, OF_CALLS, list_details, show, summarise
from .invoice import cannot_run, compared, file_options

IN_PASSING = {
    "same": "rows agree",
    "not_charged": "rows of 0 that were never received",
    "without_cost": "rows without a cost",
    "outside": "rows outside of the period",
}


@click.command("reconcile")
@file_options
@click.option("--min-seconds", type=click.IntRange(0), default=0, help="Name calls that were shorter.")
@click.option("--details", type=click.Path(dir_okay=False, writable=True), help="All differences, as CSV or XLSX.")
@click.option("--html", type=click.Path(dir_okay=False, writable=True), help="A report to read and to print.")
@click.pass_context
@with_appcontext
def reconcile(context, file, api_id, details, html, **options):
    """Compare the platform's export of billed calls with what came in; see docs/invoice.md.

    The exit code is 0 when nothing differs, 1 when something does, 2 when it could not run.
    """
    with compared(file, api_id, **options) as (staging, api_key, period, _):
        summary = summarise(staging)
        print_summary(summary, period)
        with cannot_run():
            if details:
                write_details(details, staging)
            if html:
                from ..invoice.report import write_report

                about = {"file": Path(file).name, "key": f"{api_id} ({api_key.name})", "period": period}
                write_report(html, staging, summary, **about, time_zone=current_app.config["TLDIALER_TIMEZONE"].key)
    context.exit(int(summary.differs))


def write_details(path, staging):
    with open_details(path, DETAILS) as write:
        for finding in list_details(staging):
            write(finding)


def print_summary(summary, period):
    click.echo(f"Calls of {period}, amounts in the account's currency\n")
    for name, amount in (
        ("invoice", summary.invoiced),
        ("received", summary.received),
        ("difference", summary.invoiced - summary.received),
    ):
        click.echo(f"{name:34}{'':10}{show(amount):>18}")
    click.echo()
    for line in summary.lines:
        added = "" if line.kind in OF_CALLS else f"{show(line.difference):>18}"
        click.echo(f"{KINDS[line.kind]:34}{line.number:>10,}{added}")
    for kind, text in IN_PASSING.items():
        if summary.rows.get(kind):
            click.echo(f"{text:34}{summary.rows[kind]:>10,}")
    if summary.nearby:
        click.echo(
            f"\n{summary.nearby:,} of those never received may be costs of the same caller and amount within a day."
        )
        click.echo(
            "Is the file in the key's time zone (--time-zone), and its DID the number that calls reached (--map)?"
        )
