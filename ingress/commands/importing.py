"""`ingress import ringba.csv --key 310`: bill the rows of the platform's invoice that were never received."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import click
from flask.cli import with_appcontext

from ..invoice.amounts import format_amount, money
from ..invoice.booking import Agreement, Booking, MissingRow, UnbookedRow, book, list_bookable, list_unbooked
from ..invoice.correcting import Corrections
from ..invoice.details import open_details
from ..invoice.staging import Staging
from ..outcome import BILLED_OUTCOMES, Outcome
from .corrections import correct_and_report
from .costs import BY
from .invoice import Compared, cannot_run, compared
from .invoice_options import InvoiceOptions, details_option, file_options

SHOWN_ROWS = 20  # rows that are not booked, on the terminal; --details has all


class Total(NamedTuple):
    number: int
    amount: Decimal


@click.command("import", short_help="Bill what is on the invoice and never came in.")
@file_options
@click.option("--book", "really", is_flag=True, help="Bill the rows; without this option nothing is written.")
@click.option("--corrections", is_flag=True, help="Also change costs of another amount, and book credits below zero.")
@BY
@click.option("--doubtful", is_flag=True, help="Also bill rows that are listed as doubtful.")
@details_option("Write all rows that are not booked to this file, as CSV or XLSX.")
@click.pass_context
@with_appcontext
def import_invoice(
    context: click.Context,
    /,
    really: bool,
    corrections: bool,
    by: str,
    doubtful: bool,
    details: Path | None,
    **file: Any,
) -> None:
    """Bill the rows that `reconcile` calls never received, each as its webhook would have been; see docs/invoice.md.

    The exit code is 0 when all of them are billed, 1 when some rows are not booked, 2 when the command could not run.
    """
    options = InvoiceOptions(**file)
    booking, changes = Booking(), Corrections(options.file.name, by)
    with compared(options) as result:
        total = report_missing(result.staging, doubtful)
        with cannot_run():
            if really:
                book_and_report(booking, result, total.number, doubtful, options.file.name)
            elif total.number:
                click.echo("Nothing is written yet: --book bills them.")
            if corrections:
                correct_and_report(changes, result.staging, really, doubtful)
            unbooked = partial(list_unbooked, result.staging, doubtful, corrections)
            number = report_unbooked(lambda: chain(unbooked(), booking.refused, changes.unbooked), details)
    context.exit(int(number > 0))


def report_missing(staging: Staging, doubtful: bool) -> Total:
    """Report what was never received, and return what of it can be billed; warn where the file seems to be another."""
    total, bookable = add_up(list_bookable(staging, True)), add_up(list_bookable(staging, doubtful))
    click.echo(f"Never received: {total.number:,}, together {format_amount(total.amount)}")
    if bookable != total:
        number, amount = total.number - bookable.number, total.amount - bookable.amount
        click.echo(f"Doubtful: {number:,}, together {format_amount(amount)}; only --doubtful bills them.")
    agreement = staging.row(Agreement, "count_agreement")
    if agreement.is_poor:
        click.echo(f"Only {agreement.agreeing:,} of {agreement.number:,} calls of the file agree with what came in.")
        click.echo("Is it the file of this key, and are its numbers, times and amounts read as they are meant?")
    return bookable


def add_up(rows: Iterable[MissingRow]) -> Total:
    number = amount = 0
    for row in rows:
        number, amount = number + 1, amount + row.cost
    return Total(number, money(amount))


def book_and_report(booking: Booking, result: Compared, number: int, doubtful: bool, file_name: str) -> None:
    """Bill the rows, and report what became of them, even when an error stops it in between."""
    try:
        book(booking, list_bookable(result.staging, doubtful), number, result.api_key, file_name)
    finally:
        report_booking(booking)


def report_booking(booking: Booking) -> None:
    outcomes = booking.outcomes
    billed = sum(outcomes[outcome] for outcome in BILLED_OUTCOMES)
    click.echo(f"Billed now: {billed:,}, of them without a call in the call log: {outcomes[Outcome.UNMATCHED]:,}")
    if outcomes[Outcome.DUPLICATE]:
        click.echo(f"Billed before: {outcomes[Outcome.DUPLICATE]:,}")


def report_unbooked(list_all: Callable[[], Iterable[UnbookedRow]], details: Path | None) -> int:
    """List the rows that are not booked, with the reason of each: some here, all in the file. Return their number."""
    number = sum(1 for _ in list_all())
    if number:
        click.echo(f"Not booked: {number:,}")
    for unbooked in islice(list_all(), SHOWN_ROWS):
        click.echo(f"  row {unbooked.row}: {unbooked.reason}")
    if number > SHOWN_ROWS:
        click.echo(f"  and {number - SHOWN_ROWS:,} more: --details lists all")
    if details:
        with open_details(details, UnbookedRow._fields) as write:
            for unbooked in list_all():
                write(unbooked)
    return number
