"""What an operator types: `flask --app wsgi keys ...` and the others, a module for each group."""

from . import deliveries, keys, pixel, schema

COMMANDS = (keys.keys, schema.schema, deliveries.deliveries, pixel.pixel)


def init_app(app):
    for command in COMMANDS:
        app.cli.add_command(command)
