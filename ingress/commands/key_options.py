"""The options of `keys create` and `keys edit`, which say what a key may do and how its deliveries are read."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import click
from flask import current_app

from .options import check_time_zone
from .output import Command

KEY_NAME_LIMIT = 100  # characters; of the column


def check_name(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Return a name by which commands can find the key."""
    if value is None:
        return None
    name = value.strip()
    if not name or len(name) > KEY_NAME_LIMIT or not name.isprintable():
        raise click.BadParameter(f"It must have 1 to {KEY_NAME_LIMIT} plain characters.")
    if name.isdigit():
        raise click.BadParameter(f"{name} would be taken for an id.")
    return name


def check_ip_ranges(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in filter(None, values):
        try:
            ip_network(value, strict=False)
        except ValueError:
            raise click.BadParameter(f"{value} is neither an address nor a CIDR range.") from None
    return values


def check_endpoints(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in filter(None, values):
        if not value.startswith(("/", "*")) or len(value.split()) != 1:
            raise click.BadParameter(f"{value} is not a path such as /api/ingress/*: leave the domain out.")
    return values


def name_option(required: bool) -> Callable[[Command], Command]:
    text = "Who uses the key, such as ringba; commands find it by this."
    return click.option("--name", required=required, callback=check_name, help=text)


OPTIONS = (
    click.option(
        "--endpoint",
        "endpoints",
        multiple=True,
        metavar="PATH",
        callback=check_endpoints,
        help="Path that the key may call; * matches any characters. May be repeated; default, and '': every path.",
    ),
    click.option(
        "--ip",
        "ip_addresses",
        multiple=True,
        metavar="RANGE",
        callback=check_ip_ranges,
        help="Address or CIDR range that the key may call from. May be repeated; default, and '': any address.",
    ),
    click.option(
        "--time-zone",
        metavar="ZONE",
        callback=check_time_zone,
        help="Time zone of this sender's times without an offset; default, and '': TLDIALER_TIMEZONE.",
    ),
    click.option(
        "--sender",
        help="How the bodies are read, such as callrail (docs/senders.md); default, and '': by our own names.",
    ),
    click.option(
        "--on-change",
        type=click.Choice(["correct", "refuse", "insert"]),
        help="A call that comes again with another amount corrects its cost (the default), is refused, or is a second "
        "cost.",
    ),
)


def key_options(command: Command) -> Command:
    """Give a command the options that create and edit have in common."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def read_key_options(
    endpoints: tuple[str, ...], ip_addresses: tuple[str, ...], sender: str | None, **others: str | None
) -> dict[str, Any]:
    """Return the columns that are given, None where an option is not; raises BadParameter for an unknown sender."""
    senders = current_app.extensions["senders"]
    if sender and sender not in senders:
        raise click.BadParameter(f"{sender} is in no file of senders; there are {', '.join(sorted(senders))}.")
    return {
        "endpoints": "\n".join(filter(None, endpoints)) if endpoints else None,
        "ip_addresses": ",".join(filter(None, ip_addresses)) if ip_addresses else None,
        "sender": sender,
        **others,
    }
