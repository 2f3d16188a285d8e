"""What an operator types: a module for each group of the command `ingress`; `flask --app wsgi` has the same groups."""

import click
from flask import Flask

from . import costs, deliveries, grants, importing, keys, match, pixel, reconcile, schema, spool, watch

COMMANDS: tuple[click.Command, ...] = (
    costs.costs,
    deliveries.deliveries,
    grants.grants,
    importing.import_invoice,
    keys.keys,
    match.match_late_calls,
    pixel.pixel,
    reconcile.reconcile,
    schema.schema,
    spool.spool,
    watch.watch,
)


def init_app(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)
