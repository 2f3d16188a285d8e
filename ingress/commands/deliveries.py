"""`ingress deliveries ...`: the delivery log, by which a repeated delivery is recognised."""

import json
from datetime import timedelta
from typing import Any

import click
from flask.cli import AppGroup

from ..billing.replay import replay
from ..clock import dialer_now
from ..console.filters import read_filters
from ..database import queries
from ..errors import IngressError
from ..intake.schemas import ALIASES
from ..outcome import LOGGED_OUTCOMES
from .database import command_connection, command_errors
from .options import check_duration

deliveries = AppGroup("deliveries", help="List, show, replay and prune the delivery log.")


@deliveries.command("prune", short_help="Delete old deliveries from the log.")
@click.option(
    "--older-than",
    "age",
    default="90d",
    show_default=True,
    metavar="DURATION",
    callback=check_duration,
    help="Age of the deliveries to delete, such as 12w.",
)
def prune_deliveries(age: timedelta) -> None:
    """Delete old deliveries from the log; a call that is sent again after that is billed again."""
    before = dialer_now() - age
    total = 0
    with command_connection() as connection:
        while deleted := queries.delete_deliveries(connection, before):
            total += deleted
    click.echo(f"{total} deliveries are forgotten.")


@deliveries.command("list", short_help="Print deliveries as lines of JSON, newest first.")
@click.option("--key", "api_id", metavar="API_ID", help="Only deliveries with this API id.")
@click.option(
    "--outcome",
    type=click.Choice([str(outcome) for outcome in LOGGED_OUTCOMES]),
    help="Only deliveries with this outcome.",
)
@click.option("--did", metavar="NUMBER", help="Only calls to this number.")
@click.option("--cid", metavar="NUMBER", help="Only calls from this number.")
@click.option("--since", metavar="YYYY-MM-DD", help="First day on the dialer's calendar.")
@click.option("--until", metavar="YYYY-MM-DD", help="Last day, included.")
@click.option("--request-id", metavar="ID", help="Only the delivery with this X-Request-ID, a header of the answer.")
@click.option("--at-most", default=50, show_default=True, help="Largest number of deliveries to print.")
def print_deliveries(at_most: int, **asked: str | None) -> None:
    """Print each delivery that matches all filters as a line of JSON, newest first."""
    filters, complaints = read_filters({name: text for name, text in asked.items() if text})
    if complaints:
        raise click.BadParameter("; ".join(f"{name}: {' '.join(texts)}" for name, texts in complaints.items()))
    with command_connection() as connection:
        for listed in queries.list_deliveries(connection, **filters, at_most=at_most):
            click.echo(json.dumps(listed._asdict(), default=str))


@deliveries.command("show")
@click.argument("delivery_id", type=int)
def print_delivery(delivery_id: int) -> None:
    """Print all that is known of one delivery, as JSON."""
    with command_connection() as connection:
        logged = queries.find_logged_delivery(connection, delivery_id)
    if logged is None:
        raise click.ClickException(f"There is no delivery {delivery_id}.")
    click.echo(json.dumps(describe_delivery(logged), indent=2, default=str))


def describe_delivery(logged: queries.LoggedDelivery) -> dict[str, Any]:
    key = logged.delivery_key
    return {**logged._asdict(), "sent": json.loads(logged.sent), "delivery_key": key and key.decode()}


def check_changes(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    changes = {name: value for name, _, value in (text.partition("=") for text in values)}
    for name in changes:
        if name not in ALIASES:
            raise click.BadParameter(f"{name} is none of {', '.join(ALIASES)}.")
    return changes


@deliveries.command("replay", short_help="Replay a delivery and print the answer.")
@click.argument("delivery_id", type=int)
@click.option(
    "--set",
    "changes",
    multiple=True,
    callback=check_changes,
    metavar="NAME=VALUE",
    help="Replace a parameter of a delivery that billed nothing, as in cost=12.50. May be repeated.",
)
def replay_delivery(delivery_id: int, changes: dict[str, str]) -> None:
    """Replay a delivery and print the answer; a billed one gets its stored answer and is never billed twice."""
    with command_errors():
        try:
            answer = replay(delivery_id, changes)
        except IngressError as refusal:
            raise click.ClickException(str(refusal)) from None
    click.echo(answer.text)
