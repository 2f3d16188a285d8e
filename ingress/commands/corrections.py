"""`ingress import --corrections`: the rows of the invoice that change a cost, shown or booked, and reported."""

import click

from ..invoice.amounts import format_amount
from ..invoice.booking import Agreement, UnbookedRow
from ..invoice.correcting import Corrections, book_corrections, list_corrections, preview_corrections
from ..invoice.staging import Staging


def correct_and_report(corrections: Corrections, staging: Staging, really: bool, doubtful: bool) -> None:
    """Correct the costs, or only show what would change; report it even when an error stops it in between."""
    corrections.unbooked += staging.rows(UnbookedRow, "list_lost_credits")
    if staging.row(Agreement, "count_agreement").is_poor and not doubtful:
        hold_corrections(corrections, staging)
    elif really:
        try:
            book_corrections(corrections, list_corrections(staging))
        finally:
            click.echo(f"Corrected now: {describe_corrections(corrections)}")
    else:
        preview_corrections(corrections, list_corrections(staging))
        click.echo(f"Corrections: {describe_corrections(corrections)}")
        if corrections.number:
            click.echo("Nothing is changed yet: --book does it.")


def describe_corrections(corrections: Corrections) -> str:
    return f"{corrections.number:,}, together {format_amount(corrections.amount)}"


def hold_corrections(corrections: Corrections, staging: Staging) -> None:
    """Change nothing by a file that seems to be another than it is taken for."""
    reason = "hardly a row of the file agrees with what came in"
    held = [UnbookedRow(row.row, reason) for row in list_corrections(staging)]
    corrections.unbooked += held
    if held:
        click.echo(f"Corrections: {len(held):,} are doubtful; only --doubtful books them.")
