"""The operator's command `ingress`, a module for each of its groups; `flask --app wsgi` has the same groups."""

from pathlib import Path

import click
from flask import Flask

from . import costs, deliveries, importing, keys, match, pixel, reconcile, schema, spool
from .environment import make_script_info

COMMANDS: tuple[click.Command, ...] = (
    *(keys.keys, schema.schema, deliveries.deliveries, costs.costs, pixel.pixel, match.match_late_calls, spool.spool),
    *(reconcile.reconcile, importing.import_invoice),
)


def init_app(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)


@click.group(commands=COMMANDS)
@click.option(
    "--env-file",
    type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path),
    help="Read settings from this file; default: .env of the checkout, else /etc/ingress.env.",
)
@click.pass_context
def main(context: click.Context, env_file: Path | None) -> None:
    """Operate the billable-call ingress.

    Settings come from the environment, or else from a file; see .env.example.
    """
    context.obj = make_script_info(env_file)
