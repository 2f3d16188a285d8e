"""What an operator types: a module for each group of the command `ingress`; `flask --app wsgi` has the same groups."""

import click
from flask import Flask

from . import costs, deliveries, importing, keys, match, pixel, reconcile, schema, spool, watch

COMMANDS: tuple[click.Command, ...] = (
    *(
        keys.keys,
        schema.schema,
        deliveries.deliveries,
        costs.costs,
        pixel.pixel,
        match.match_late_calls,
        spool.spool,
        watch.watch,
    ),
    *(reconcile.reconcile, importing.import_invoice),
)


def init_app(app: Flask) -> None:
    for command in COMMANDS:
        app.cli.add_command(command)
