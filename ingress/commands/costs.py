"""`ingress costs ...`: a cost with its history, and changing or cancelling it by hand."""

import getpass
import json
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

costs = AppGroup("costs", help="A cost with its history; correct or cancel it.")


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


REASON = click.option("--reason", required=True, callback=check_reason, help="Why; kept in the history.")
BY = click.option("--by", default=getpass.getuser, show_default="you", help="Who decided it; kept in the history.")
DRY_RUN = click.option("--dry-run", is_flag=True, help="Only show what would change.")


@costs.command("show")
@click.argument("cost_id", type=int)
def print_cost(cost_id: int) -> None:
    """Print a cost and every change of its amount, as JSON."""
    with command_errors():
        cost = run(queries.find_cost, cost_id)
        if cost is None:
            raise click.ClickException(f"There is no cost {cost_id} that came through this service.")
        changes = run(queries.list_cost_changes, cost_id)
    click.echo(json.dumps({**cost._asdict(), "changes": [describe_change(change) for change in changes]}, default=str))


def describe_change(change: queries.ListedCostChange) -> dict[str, Any]:
    described = change._asdict()
    del described["answered"]
    return described


@costs.command("correct")
@click.argument("cost_id", type=int)
@click.option("--cost", required=True, callback=check_amount, help="What the call costs now; 0 cancels it.")
@REASON
@BY
@DRY_RUN
def correct_by_hand(cost_id: int, cost: Decimal, reason: str, by: str, dry_run: bool) -> None:
    """Give a cost another amount; its lead and first contact follow. The same amount again changes nothing."""
    change_cost(cost_id, cost, reason, by, dry_run)


@costs.command("cancel")
@click.argument("cost_id", type=int)
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
