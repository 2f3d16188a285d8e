"""`ingress deliveries ...`: what came in, by which a repeated delivery is recognised, and replaying it."""

import json
import re
from datetime import date, timedelta
from typing import Any

import click
from flask.cli import AppGroup

from ..billing.replay import replay
from ..clock import dialer_now
from ..console.filters import read_filters
from ..database import queries
from ..database.connection import Connection
from ..errors import IngressError
from ..intake.schemas import ALIASES
from ..outcome import LOGGED_OUTCOMES
from .database import command_connection, command_errors
from .found_keys import find_key
from .options import check_since, since_moment
from .output import json_option, print_record, print_records
from .prune import prune_deliveries

DELIVERY_COLUMNS = ("delivery_id", "received", "name", "outcome", "call_from", "call_to", "cost", "error")
DELIVERY_ID = click.argument("wanted", metavar="DELIVERY")  # its id or request id

deliveries = AppGroup(
    "deliveries", help="What came in and what became of it. DELIVERY is an id of the log, or the answer's X-Request-ID."
)


@deliveries.command("list", short_help="List deliveries, newest first.")
@click.option("--key", metavar="KEY", help="Only deliveries with this key, an id or a name.")
@click.option(
    "--outcome",
    type=click.Choice([str(outcome) for outcome in LOGGED_OUTCOMES]),
    help="Only deliveries with this outcome.",
)
@click.option("--did", metavar="NUMBER", help="Only calls to this number.")
@click.option("--cid", metavar="NUMBER", help="Only calls from this number.")
@click.option(
    "--since",
    metavar="DAY or DURATION",
    callback=check_since,
    help="First day on the dialer's calendar, such as 2026-03-05, or how long ago, such as 12h.",
)
@click.option("--until", metavar="DAY", help="Last day, included.")
@click.option("--request-id", metavar="ID", help="Only the delivery with this X-Request-ID, a header of the answer.")
@click.option(
    "--at-most", type=click.IntRange(1), default=50, show_default=True, help="Largest number of deliveries to list."
)
@json_option
def print_deliveries(
    key: str | None, since: date | timedelta | None, at_most: int, as_json: bool, **asked: str | None
) -> None:
    """List the deliveries that match all filters, newest first."""
    with command_connection() as connection:
        api_id = str(find_key(connection, key).api_id) if key else None
        filters = read_asked({**asked, "api_id": api_id}, since)
        listed = queries.list_deliveries(connection, **filters, at_most=at_most)
    print_records([each._asdict() for each in listed], DELIVERY_COLUMNS, as_json, "No delivery matches the filters.")


def read_asked(asked: dict[str, str | None], since: date | timedelta | None) -> dict[str, Any]:
    """Return the filters as the statement takes them; raises BadParameter, which names each option that is wrong."""
    given = {name: text for name, text in asked.items() if text}
    first = since_moment(since, dialer_now()) if since is not None else None
    if first:
        given["since"] = first.date().isoformat()
    filters, complaints = read_filters(given)
    if complaints:
        wrong = (f"--{name.replace('_', '-')}: {' '.join(texts)}" for name, texts in complaints.items())
        raise click.BadParameter("; ".join(wrong))
    return {**filters, "since": first} if first else filters


@deliveries.command("show", short_help="Show all that is known of a delivery.")
@DELIVERY_ID
@json_option
def print_delivery(wanted: str, as_json: bool) -> None:
    """Show all that is known of one delivery: what was sent, what was understood, and what became of it."""
    with command_connection() as connection:
        delivery_id = find_delivery_id(connection, wanted)
        logged = queries.find_logged_delivery(connection, delivery_id)
    if logged is None:
        raise click.ClickException(f"There is no delivery {delivery_id}.")
    print_record(describe_delivery(logged), as_json)


def find_delivery_id(connection: Connection, wanted: str) -> int:
    """Return the id of the delivery that is meant by its id or its request id; only the latter is looked up."""
    if re.fullmatch(r"[0-9]{1,20}", wanted):
        return int(wanted)
    if not re.fullmatch(r"[0-9a-f]{32}", wanted):
        raise click.UsageError(f"{wanted} is neither the id of a delivery nor an X-Request-ID, 32 hexadecimal digits.")
    found = queries.list_deliveries(connection, **read_asked({"request_id": wanted}, None), at_most=1)
    if not found:
        raise click.ClickException(f"There is no delivery of request {wanted}.")
    return found[0].delivery_id


def describe_delivery(logged: queries.LoggedDelivery) -> dict[str, Any]:
    key = logged.delivery_key
    return {**logged._asdict(), "sent": json.loads(logged.sent), "delivery_key": key and key.decode()}


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


@deliveries.command("replay", short_help="Replay a delivery and print the answer.")
@DELIVERY_ID
@click.option(
    "--set",
    "changes",
    multiple=True,
    callback=check_changes,
    metavar="NAME=VALUE",
    help="Replace a parameter of a delivery that billed nothing, as in cost=12.50. May be repeated.",
)
def replay_delivery(wanted: str, changes: dict[str, str]) -> None:
    """Replay a delivery and print the answer; a billed one gets its stored answer and is never billed twice."""
    with command_errors():
        with command_connection() as connection:
            delivery_id = find_delivery_id(connection, wanted)
        try:
            answer = replay(delivery_id, changes)
        except IngressError as refusal:
            raise click.ClickException(str(refusal)) from None
    click.echo(answer.text)


deliveries.add_command(prune_deliveries)
