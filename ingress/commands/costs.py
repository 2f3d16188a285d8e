"""`ingress costs ...`: a cost with its history, and changing or cancelling it by hand."""

import getpass
from decimal import Decimal
from typing import Any

import click
from flask.cli import AppGroup

from ..billing.correct import REASON_LIMIT, Author, Correction, correct_cost
from ..database import queries
from ..database.pool import run
from ..errors import IngressError
from ..intake.fields import parse_cost
from .database import command_errors
from .output import json_option, print_record, print_records, wants_json

CHANGE_COLUMNS = ("changed", "cost_from", "cost_to", "changed_by", "delivery_id", "reason")

costs = AppGroup("costs", help="What a call costs, and how that changed.")


def check_amount(context: click.Context, parameter: click.Parameter, value: str) -> Decimal:
    try:
        return parse_cost(value)
    except ValueError as error:
        raise click.BadParameter(f"{value}: {error}.") from None


def check_reason(context: click.Context, parameter: click.Parameter, value: str) -> str:
    reason = value.strip()
    if not reason:
        raise click.BadParameter("It must say why the amount changes.")
    if len(reason) > REASON_LIMIT:
        raise click.BadParameter(f"It has {len(reason)} characters, {REASON_LIMIT} are allowed.")
    return reason


COST_ID = click.argument("cost_id", type=click.IntRange(1))
REASON = click.option("--reason", required=True, callback=check_reason, help="Why; kept in the history.")
BY = click.option("--by", default=getpass.getuser, show_default="you", help="Who decided it; kept in the history.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only show what would change.")


@costs.command("show", short_help="Show a cost and every change of its amount.")
@COST_ID
@json_option
def print_cost(cost_id: int, as_json: bool) -> None:
    """Show a cost and every change of its amount: when, from, to, by whom, why, and which delivery brought it."""
    with command_errors():
        cost = run(queries.find_cost, cost_id)
        if cost is None:
            raise click.ClickException(f"There is no cost {cost_id} that came through this service.")
        changes = [describe_change(change) for change in run(queries.list_cost_changes, cost_id)]
    if wants_json(as_json):
        print_record({**cost._asdict(), "changes": changes}, as_json)
        return
    print_record(cost._asdict(), as_json)
    click.echo()
    print_records(changes, CHANGE_COLUMNS, as_json, "Its amount has never changed.")


def describe_change(change: queries.ListedCostChange) -> dict[str, Any]:
    described = change._asdict()
    del described["answered"]
    return described


@costs.command("correct", short_help="Give a cost another amount.")
@COST_ID
@click.option("--cost", required=True, callback=check_amount, help="What the call costs now; 0 cancels it.")
@REASON
@BY
@DRY_RUN
def correct_by_hand(cost_id: int, cost: Decimal, reason: str, by: str, dry_run: bool) -> None:
    """Give a cost another amount; its lead and first contact follow. The same amount again changes nothing."""
    change_cost(cost_id, cost, reason, by, dry_run)


@costs.command("cancel", short_help="Set a cost to 0.")
@COST_ID
@REASON
@BY
@DRY_RUN
def cancel_by_hand(cost_id: int, reason: str, by: str, dry_run: bool) -> None:
    """Cancel a cost: its amount becomes 0, and its lead carries the newest cost that is not cancelled."""
    change_cost(cost_id, Decimal("0.0000"), reason, by, dry_run)


def change_cost(cost_id: int, cost: Decimal, reason: str, by: str, dry_run: bool) -> None:
    with command_errors():
        try:
            correction = correct_cost(cost_id, cost, Author(by, reason), dry_run)
        except IngressError as refusal:
            raise click.ClickException(str(refusal)) from None
    click.echo(say_correction(correction, dry_run))


def say_correction(correction: Correction, is_dry_run: bool) -> str:
    if not correction.is_change:
        return f"Cost {correction.cost_id} is {correction.cost_to} already: nothing changes."
    verb = "would change" if is_dry_run else "has changed"
    changed = f"Cost {correction.cost_id} {verb} from {correction.cost_from} to {correction.cost_to}."
    if correction.lead.cost is None:
        return f"{changed} No lead carries it."
    return f"{changed} Lead {correction.lead_id} {'would carry' if is_dry_run else 'carries'} {correction.lead.cost}."
