"""`flask --app wsgi deliveries ...`: the delivery log, and what is therefore not billed again."""

import json

import click
from flask.cli import AppGroup

from ..billing.replay import replay
from ..clock import dialer_now
from ..console.filters import read_filters
from ..database import queries
from ..errors import IngressError
from ..intake.schemas import ALIASES
from ..outcome import LOGGED_OUTCOMES
from .connection import check_duration, command_connection, command_errors

deliveries = AppGroup("deliveries", help="The delivery log; what it holds as billed is not billed again.")


@deliveries.command("prune")
@click.option("--older-than", "age", default="90d", show_default=True, callback=check_duration, help="Such as 12w.")
def prune_deliveries(age):
    """Forget deliveries of that age; the same call fired again after that is billed again."""
    before = dialer_now() - age
    total = 0
    with command_connection() as connection:
        while deleted := queries.delete_deliveries(connection, before):
            total += deleted
    click.echo(f"{total} deliveries are forgotten.")


@deliveries.command("list")
@click.option("--key", "api_id", help="The API id it came with.")
@click.option("--outcome", type=click.Choice([str(outcome) for outcome in LOGGED_OUTCOMES]))
@click.option("--did")
@click.option("--cid")
@click.option("--since", help="The first day, such as 2026-03-05.")
@click.option("--until", help="The last day.")
@click.option("--request-id", help="As in the answer's X-Request-ID.")
@click.option("--at-most", default=50, show_default=True)
def list_deliveries(at_most, **asked):
    """Print a JSON line for each delivery that is like that, newest first."""
    filters, complaints = read_filters({name: text for name, text in asked.items() if text})
    if complaints:
        raise click.BadParameter("; ".join(f"{name}: {' '.join(texts)}" for name, texts in complaints.items()))
    with command_connection() as connection:
        for listed in queries.list_deliveries(connection, **filters, at_most=at_most):
            click.echo(json.dumps(listed._asdict(), default=str))


@deliveries.command("show")
@click.argument("delivery_id", type=int)
def show_delivery(delivery_id):
    """Print all that is known of one delivery, as JSON."""
    with command_connection() as connection:
        logged = queries.find_logged_delivery(connection, delivery_id)
    if logged is None:
        raise click.ClickException(f"There is no delivery {delivery_id}.")
    click.echo(json.dumps(describe_delivery(logged), indent=2, default=str))


def describe_delivery(logged):
    key = logged.delivery_key
    return {**logged._asdict(), "sent": json.loads(logged.sent), "delivery_key": key and key.decode()}


def check_changes(context, parameter, values):
    changes = dict(value.partition("=")[::2] for value in values)
    for name in changes:
        if name not in ALIASES:
            raise click.BadParameter(f"{name} is none of {', '.join(ALIASES)}.")
    return changes


@deliveries.command("replay")
@click.argument("delivery_id", type=int)
@click.option("--set", "changes", multiple=True, callback=check_changes, help="Another value, such as cost=12.50.")
def replay_delivery(delivery_id, changes):
    """Fire a delivery again, mended if it was refused, and print the answer; a billed one is never billed twice."""
    with command_errors():
        try:
            answer = replay(delivery_id, changes)
        except IngressError as refusal:
            raise click.ClickException(str(refusal)) from None
    click.echo(answer.text)
