"""What an operator types: `flask --app wsgi keys ...` and the others, a module for each group."""

from . import costs, deliveries, importing, keys, match, pixel, reconcile, schema, spool

COMMANDS = (
    *(keys.keys, schema.schema, deliveries.deliveries, costs.costs, pixel.pixel, match.match, spool.spool),
    *(reconcile.reconcile, importing.import_invoice),
)


def init_app(app):
    for command in COMMANDS:
        app.cli.add_command(command)
