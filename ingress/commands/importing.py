"""`flask --app wsgi import ringba.csv --key 310`: bill what is on the platform's invoice and never came."""

from itertools import islice
from pathlib import Path

import click
from flask.cli import with_appcontext

from ..invoice.booking import Booking, book, list_bookable, list_unbooked
from ..invoice.details import open_details
from ..invoice.findings import money, show
from ..outcome import BILLED_OUTCOMES, Outcome
from .invoice import cannot_run, compared, file_options

SHOWN = 20  # rows that are not booked, on the terminal; --details has all


@click.command("import")
@file_options
@click.option("--book", "really", is_flag=True, help="Really bill; without it nothing is written.")
@click.option("--doubtful", is_flag=True, help="Also rows that may have come with another time or number.")
@click.option("--details", type=click.Path(dir_okay=False, writable=True), help="All rows not booked, as CSV or XLSX.")
@click.pass_context
@with_appcontext
def import_invoice(context, file, api_id, really, doubtful, details, **options):
    """Bill the rows that `reconcile` calls never received, each as its webhook would have; see docs/invoice.md.

    The exit code is 0 when all of them are billed, 1 when some rows are not booked, 2 when it could not run.
    """
    with compared(file, api_id, **options) as (staging, api_key, _, _):
        number, amount = count(list_bookable(staging, doubtful))
        click.echo(f"Never received: {number:,}, together {show(money(amount))}")
        booking = Booking()
        with cannot_run():
            if really:
                try:
                    book(booking, list_bookable(staging, doubtful), number, api_key, Path(file).name)
                finally:
                    report_booking(booking)
            elif number:
                click.echo("Nothing is written yet: --book bills them.")
            unbooked = report_unbooked(staging, doubtful, booking.refused, details)
    context.exit(int(unbooked > 0))


def count(rows):
    number = amount = 0
    for row in rows:
        number, amount = number + 1, amount + row["cost"]
    return number, amount


def report_booking(booking):
    """Say what became of the rows, also of the first ones when the others could not be billed."""
    outcomes = booking.outcomes
    billed = sum(outcomes[outcome] for outcome in BILLED_OUTCOMES)
    click.echo(f"Billed now: {billed:,}, of them without a call in the call log: {outcomes[Outcome.UNMATCHED]:,}")
    if outcomes[Outcome.DUPLICATE]:
        click.echo(f"Billed before: {outcomes[Outcome.DUPLICATE]:,}")


def report_unbooked(staging, doubtful, refused, details):
    """List the rows that are not booked, with the reason of each: some here, all in the file. Return how many."""

    def list_all():
        yield from list_unbooked(staging, doubtful)
        yield from refused

    number = sum(1 for _ in list_all())
    if number:
        click.echo(f"Not booked: {number:,}")
    for row, reason in islice(list_all(), SHOWN):
        click.echo(f"  row {row}: {reason}")
    if number > SHOWN:
        click.echo(f"  and {number - SHOWN:,} more: --details lists all")
    if details:
        with open_details(details, ("row", "reason")) as write:
            for line in list_all():
                write(line)
    return number
