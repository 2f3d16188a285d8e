"""`ingress deliveries replay`: bill what billed nothing, one delivery or many."""

import json
from typing import Any

import click
from flask.cli import with_appcontext

from ..billing.replay import replay
from ..database.connection import Connection
from ..errors import IngressError, TLDialerConnectionError
from ..intake.schemas import ALIASES
from ..outcome import Outcome
from .asking import confirm
from .database import command_connection, command_errors
from .delivery_filters import filter_options, read_asked
from .found_deliveries import find_delivery_id, list_all_deliveries

REPLAYED_OUTCOMES = (Outcome.REFUSED, Outcome.FAILED)  # by a filter that names none
DRY_RUN_CHANGE = {"dry_run": "1"}


def check_changes(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """Return what is to be replaced, text by parameter."""
    changes = {}
    for name, equals, value in (text.partition("=") for text in values):
        if not equals:
            raise click.BadParameter(f"{name} must look like NAME=VALUE, as in cost=12.50.")
        if name not in ALIASES:
            raise click.BadParameter(f"{name} is none of {', '.join(ALIASES)}.")
        changes[name] = value
    return changes


@click.command("replay", short_help="Bill deliveries that billed nothing, one or many.")
@click.argument("wanted", metavar="[DELIVERY]...", nargs=-1)
@filter_options
@click.option(
    "--set",
    "changes",
    multiple=True,
    callback=check_changes,
    metavar="NAME=VALUE",
    help="Replace a parameter of each delivery that billed nothing, as in cost=12.50. May be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Bill nothing, only say what would become of each.")
@click.option("--yes", is_flag=True, help="Do not ask before the deliveries of a filter are replayed.")
@with_appcontext
def replay_deliveries(wanted: tuple[str, ...], changes: dict[str, str], dry_run: bool, yes: bool, **asked: Any) -> None:
    """Replay deliveries, each with its own time and address, and print the answers as lines of JSON.

    Name them, or all of a filter: those that were refused or failed, unless --outcome names another. A billed one gets
    its stored answer and is never billed twice. The exit code is 1 when some are refused.
    """
    if bool(wanted) == any(asked.values()):
        raise click.UsageError("Name deliveries, or say which by a filter such as --outcome refused --since 12h.")
    with command_connection() as connection:
        delivery_ids = [find_delivery_id(connection, each) for each in wanted] or list_found(connection, asked)
    if not wanted:
        click.echo(f"{len(delivery_ids):,} deliveries match the filters.", err=True)
        if delivery_ids and not (yes or dry_run):
            confirm(f"Replay them{' with ' + ', '.join(changes) if changes else ''}?")
    replay_all(delivery_ids, changes | DRY_RUN_CHANGE if dry_run else changes)


def list_found(connection: Connection, asked: dict[str, Any]) -> list[int]:
    """Return the ids of what a filter means, oldest first, so that the newest cost of a lead comes last."""
    outcomes = [Outcome(asked["outcome"])] if asked["outcome"] else REPLAYED_OUTCOMES
    found = [
        delivery.delivery_id
        for outcome in outcomes
        for delivery in list_all_deliveries(connection, read_asked(connection, **{**asked, "outcome": outcome}))
    ]
    return sorted(found)


def replay_all(delivery_ids: list[int], changes: dict[str, str]) -> None:
    """Replay them and print the answer of each; raises ClickException where one is refused or the database is away."""
    refused = 0
    with command_errors():
        for delivery_id in delivery_ids:
            try:
                answer = replay(delivery_id, changes).text
            except TLDialerConnectionError:
                raise
            except IngressError as refusal:
                if len(delivery_ids) == 1:
                    raise click.ClickException(str(refusal)) from None
                answer, refused = json.dumps({"error": str(refusal)}), refused + 1
            click.echo(answer if len(delivery_ids) == 1 else name_delivery(delivery_id, answer))
    if refused:
        raise click.ClickException(f"{refused:,} of {len(delivery_ids):,} are refused.")


def name_delivery(delivery_id: int, answer: str) -> str:
    """Return the answer, JSON, with the delivery's id in front."""
    return json.dumps({"delivery_id": delivery_id, **json.loads(answer)})
