"""`ingress schema apply`: the reference tables."""

import click
from flask.cli import AppGroup

from ..database.pool import get_database
from .database import command_errors

schema = AppGroup("schema", help="The tables: create them, bring them up to date.")


@schema.command("apply", short_help="Create missing tables, bring older ones up to date.")
@click.option("--drop-unused", is_flag=True, help="Also drop columns that only an earlier version writes.")
def apply_schema(drop_unused: bool) -> None:
    """Create the tables that are missing and bring the service's own up to date, keeping their rows.

    The dialer's own tables are created if they are missing and never altered. An earlier version of the service may go
    on meanwhile, if it knows corrections (docs/deploy/upgrade.md). Run this again with --drop-unused when that version
    is not needed any more. It needs the rights of the owner that `ingress grants` prints.
    """
    with command_errors():
        for sentence in get_database().apply_schema(drop_unused):
            click.echo(sentence)
    click.echo("The tables are up to date.")
