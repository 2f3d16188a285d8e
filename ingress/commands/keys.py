"""`ingress keys ...`: create, list, disable and rotate API keys."""

import json
import secrets
from ipaddress import ip_network
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from ..access.keys import ADMIN, INGRESS, hash_secret
from ..clock import dialer_now
from ..database import queries
from .database import command_connection
from .options import check_time_zone

SECRET_BYTES = 32  # 256 bits: beyond guessing, so its plain hash may be stored

keys = AppGroup("keys", help="Create, list, disable and rotate API keys.")


def require_found(api_id: int, found: int) -> None:
    if not found:
        raise click.ClickException(f"There is no key {api_id}.")


def print_secret(api_id: int, secret: str) -> None:
    click.echo(json.dumps({"api_id": api_id, "api_key": secret}))


def describe_key(key: queries.ListedApiKey) -> dict[str, Any]:
    return {
        **key._asdict(),
        "enabled": bool(key.enabled),
        "endpoints": (key.endpoints or "").splitlines(),
        "created": key.created and str(key.created),
        "last_used": key.last_used and str(key.last_used),
        "failed": key.failed and str(key.failed),
    }


def check_ip_ranges(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            ip_network(value, strict=False)
        except ValueError:
            raise click.BadParameter(f"{value} is neither an address nor a CIDR range.") from None
    return values


def require_sender(name: str | None) -> None:
    """Raise BadParameter for a name that no file of senders has; an option's callback has no application yet."""
    senders = current_app.extensions["senders"]
    if name and name not in senders:
        raise click.BadParameter(f"{name} is in no file of senders; there are {', '.join(sorted(senders))}.")


def check_endpoints(context: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not value.startswith(("/", "*")) or "\n" in value:
            raise click.BadParameter(f"{value} is not a path such as /api/ingress/*: leave the domain out.")
    return values


@keys.command("create", short_help="Create a key and print its id and secret.")
@click.option("--name", required=True, help="Who uses the key, such as ringba.")
@click.option("--admin", "is_admin", is_flag=True, help="Make a key that signs in to the console and sends no costs.")
@click.option(
    "--endpoint",
    "endpoints",
    multiple=True,
    metavar="PATH",
    callback=check_endpoints,
    help="Path that the key may call; * matches any characters. May be repeated; default: every path.",
)
@click.option(
    "--ip",
    "ip_addresses",
    multiple=True,
    metavar="RANGE",
    callback=check_ip_ranges,
    help="Address or CIDR range that the key may call from. May be repeated; default: any address.",
)
@click.option(
    "--time-zone",
    metavar="ZONE",
    callback=check_time_zone,
    help="Time zone of this sender's times without an offset; default: TLDIALER_TIMEZONE.",
)
@click.option("--sender", help="How the bodies are read, such as callrail (docs/senders.md); default: by our names.")
@click.option(
    "--on-change",
    type=click.Choice(["correct", "refuse", "insert"]),
    default="correct",
    show_default=True,
    help="A call that comes again with another amount corrects its cost, is refused, or is a second cost.",
)
def create_key(
    name: str,
    is_admin: bool,
    endpoints: tuple[str, ...],
    ip_addresses: tuple[str, ...],
    time_zone: str | None,
    sender: str | None,
    on_change: str,
) -> None:
    """Create a key and print its id and secret; the secret is never shown again."""
    require_sender(sender)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with command_connection() as connection:
        api_id = queries.insert_api_key(
            connection,
            key_hash=hash_secret(secret),
            name=name,
            scope=ADMIN if is_admin else INGRESS,
            endpoints="\n".join(endpoints) or None,
            ip_addresses=",".join(ip_addresses) or None,
            time_zone=time_zone,
            sender=sender,
            on_change=on_change,
            created=dialer_now(),
        )
    print_secret(api_id, secret)


@keys.command("list")
def list_keys() -> None:
    """Print each key as a line of JSON, without its secret."""
    with command_connection() as connection:
        for key in queries.list_api_keys(connection):
            click.echo(json.dumps(describe_key(key)))


@keys.command("disable", short_help="Stop a key from working.")
@click.argument("api_id", type=int)
def disable_key(api_id: int) -> None:
    """Stop a key from working; every process follows within two seconds."""
    with command_connection() as connection:
        require_found(api_id, queries.update_api_key_enabled(connection, api_id, 0))
    click.echo(f"Key {api_id} is disabled.")


@keys.command("rotate", short_help="Give a key a new secret and print it.")
@click.argument("api_id", type=int)
def rotate_key(api_id: int) -> None:
    """Give a key a new secret and print it; the old one stops working within two seconds."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with command_connection() as connection:
        require_found(api_id, queries.update_api_key_hash(connection, api_id, hash_secret(secret)))
    print_secret(api_id, secret)
