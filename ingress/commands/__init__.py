"""What an operator types: `flask --app wsgi keys ...`, `schema apply`, `deliveries prune`; a module for each group."""

from . import deliveries, keys, schema

GROUPS = (keys.keys, schema.schema, deliveries.deliveries)


def init_app(app):
    for group in GROUPS:
        app.cli.add_command(group)
