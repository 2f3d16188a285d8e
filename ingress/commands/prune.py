"""`ingress deliveries prune`: forget old deliveries, which means that a call among them would be billed again."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import click
from flask.cli import with_appcontext

from ..clock import dialer_now
from ..database import queries
from ..database.connection import Connection
from .asking import confirm
from .database import command_connection
from .options import check_duration

SHORTEST_AGE = timedelta(days=31)  # platforms repeat requests for hours, but settle a month's calls after it
FIRST_RECEIVED = datetime(2020, 1, 1)  # noqa: DTZ001 - naive as the log; there was no service before
COUNTED_AT_ONCE = timedelta(
    days=31
)  # counted at a time: a statement may take 1.5 s, and 10,000 a day for a month take a third


@click.command("prune", short_help="Forget old deliveries.")
@click.option(
    "--older-than",
    "age",
    default="90d",
    show_default=True,
    metavar="DURATION",
    callback=check_duration,
    help="Age of the deliveries to forget, such as 12w.",
)
@click.option("--even-if-billed-again", is_flag=True, help="Also forget deliveries that are younger than 31 days.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be forgotten.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where no terminal can be asked, as in a timer.")
@with_appcontext
def prune_deliveries(age: timedelta, even_if_billed_again: bool, dry_run: bool, yes: bool) -> None:
    """Forget old deliveries. A call among them that is sent again is billed again, so keep them for 90 days."""
    if age < SHORTEST_AGE and not even_if_billed_again:
        raise click.UsageError(
            f"Deliveries younger than {SHORTEST_AGE.days} days are still repeated by platforms, and would be billed "
            "again. If you mean it, add --even-if-billed-again."
        )
    before = dialer_now() - age
    with command_connection() as connection:
        number, billed = count_old(connection, before)
        click.echo(f"{number:,} deliveries were received before {before}; {billed:,} of them were billed.")
        if dry_run or not number:
            return
        if not yes:
            confirm(f"Forget them? The {billed:,} billed ones would be billed again if they came again")
        forgotten = sum(delete_old(connection, before))
    click.echo(f"{forgotten:,} deliveries are forgotten.")


def count_old(connection: Connection, before: datetime) -> tuple[int, int]:
    """Return how many deliveries were received before, and how many of them inserted a cost."""
    number = billed = 0
    since = FIRST_RECEIVED
    while since < before:
        until = min(since + COUNTED_AT_ONCE, before)
        for count in queries.count_deliveries(connection, since, until):
            number += count.deliveries
            billed += count.deliveries if count.outcome.is_billed else 0
        since = until
    return number, billed


def delete_old(connection: Connection, before: datetime) -> Iterator[int]:
    while deleted := queries.delete_deliveries(connection, before):
        yield deleted
