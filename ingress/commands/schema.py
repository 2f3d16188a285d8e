"""`ingress schema apply`: the reference tables."""

import click
from flask.cli import AppGroup

from ..database.pool import get_database
from .database import command_errors

schema = AppGroup("schema", help="Create the reference tables.")


@schema.command("apply", short_help="Create the tables that are missing.")
def apply_schema() -> None:
    """Create the reference tables that are missing; nothing is dropped or altered."""
    with command_errors():
        get_database().apply_schema()
    click.echo("The tables are there.")
