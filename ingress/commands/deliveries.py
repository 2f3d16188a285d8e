"""`ingress deliveries ...`: what came in, by which a repeated delivery is recognised."""

import json
from typing import Any

import click
from flask.cli import AppGroup

from ..database import queries
from .database import command_connection
from .delivery_filters import filter_options, read_asked
from .found_deliveries import find_delivery_id
from .output import json_option, print_record, print_records
from .prune import prune_deliveries
from .replaying import replay_deliveries

DELIVERY_COLUMNS = ("delivery_id", "received", "name", "outcome", "call_from", "call_to", "cost", "error")

deliveries = AppGroup(
    "deliveries",
    help="What came in, and what became of it. DELIVERY is an id of the log, or the answer's X-Request-ID.",
)


@deliveries.command("list", short_help="List deliveries, newest first.")
@filter_options
@click.option("--request-id", metavar="ID", help="Only the delivery with this X-Request-ID, a header of the answer.")
@click.option(
    "--at-most", type=click.IntRange(1), default=50, show_default=True, help="Largest number of deliveries to list."
)
@json_option
def print_deliveries(at_most: int, as_json: bool, **asked: Any) -> None:
    """List the deliveries that match all filters, newest first."""
    with command_connection() as connection:
        listed = queries.list_deliveries(connection, **read_asked(connection, **asked), at_most=at_most)
    print_records([each._asdict() for each in listed], DELIVERY_COLUMNS, as_json, "No delivery matches the filters.")


@deliveries.command("show", short_help="Show all that is known of a delivery.")
@click.argument("wanted", metavar="DELIVERY")
@json_option
def print_delivery(wanted: str, as_json: bool) -> None:
    """Show all that is known of one delivery: what was sent, what was understood, and what became of it."""
    with command_connection() as connection:
        delivery_id = find_delivery_id(connection, wanted)
        logged = queries.find_logged_delivery(connection, delivery_id)
    if logged is None:
        raise click.ClickException(f"There is no delivery {delivery_id}.")
    print_record(describe_delivery(logged), as_json)


def describe_delivery(logged: queries.LoggedDelivery) -> dict[str, Any]:
    key = logged.delivery_key
    return {**logged._asdict(), "sent": json.loads(logged.sent), "delivery_key": key and key.decode()}


deliveries.add_command(replay_deliveries)
deliveries.add_command(prune_deliveries)
