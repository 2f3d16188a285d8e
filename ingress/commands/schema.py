"""`flask --app wsgi schema apply`: the reference tables."""

import click
from flask.cli import AppGroup

from ..database.pool import get_database
from .connection import command_errors

schema = AppGroup("schema", help="The reference tables.")


@schema.command("apply")
def apply_schema():
    """Create the reference tables that are missing; nothing is dropped or altered."""
    with command_errors():
        get_database().apply_schema()
    click.echo("The tables are there.")
