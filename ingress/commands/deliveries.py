"""`flask --app wsgi deliveries ...`: what has been delivered, and is therefore not billed again."""

import click
from flask.cli import AppGroup

from .. import queries
from ..config import parse_duration
from .connection import command_connection, dialer_now

deliveries = AppGroup("deliveries", help="What has been delivered, and is therefore not billed again.")


def check_age(context, parameter, value):
    try:
        return parse_duration(value)
    except ValueError:
        raise click.BadParameter(f"{value} is no age such as 90d.") from None


@deliveries.command("prune")
@click.option("--older-than", "age", default="90d", show_default=True, callback=check_age, help="Such as 90d or 12w.")
def prune_deliveries(age):
    """Forget deliveries of that age; the same call fired again after that is billed again."""
    before = dialer_now() - age
    total = 0
    with command_connection() as connection:
        while deleted := queries.delete_deliveries(connection, before):
            total += deleted
    click.echo(f"{total} deliveries are forgotten.")
