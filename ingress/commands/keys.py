"""`flask --app wsgi keys ...`: create, list, disable and rotate API keys."""

import json
import secrets
from ipaddress import ip_network
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup

from ..access.keys import ADMIN, INGRESS, hash_secret
from ..clock import dialer_now
from ..database import queries
from .connection import command_connection

SECRET_BYTES = 32  # 256 bits: beyond guessing, so its plain hash may be stored

keys = AppGroup("keys", help="Create, list, disable and rotate API keys.")


def require_found(api_id, found):
    if not found:
        raise click.ClickException(f"There is no key {api_id}.")


def print_secret(api_id, secret):
    click.echo(json.dumps({"api_id": api_id, "api_key": secret}))


def describe_key(key):
    return {
        **key._asdict(),
        "enabled": bool(key.enabled),
        "endpoints": (key.endpoints or "").splitlines(),
        "created": key.created and str(key.created),
        "last_used": key.last_used and str(key.last_used),
    }


def check_ip_range(context, parameter, values):
    for value in values:
        try:
            ip_network(value, strict=False)
        except ValueError:
            raise click.BadParameter(f"{value} is neither an address nor a CIDR range.") from None
    return values


def check_time_zone(context, parameter, value):
    try:
        return value and ZoneInfo(value).key
    except (KeyError, ValueError, OSError):
        raise click.BadParameter(f"{value} is no time zone such as America/New_York.") from None


def check_endpoint(context, parameter, values):
    for value in values:
        if not value.startswith(("/", "*")) or "\n" in value:
            raise click.BadParameter(f"{value} is no path such as /api/ingress/*: leave the domain out.")
    return values


@keys.command("create")
@click.option("--name", required=True, help="Who sends with it, such as ringba.")
@click.option("--admin", "is_admin", is_flag=True, help="To sign in to the console with, not to send costs.")
@click.option("--endpoint", "endpoints", multiple=True, callback=check_endpoint, help="Allowed path; * is any run.")
@click.option("--ip", "ip_addresses", multiple=True, callback=check_ip_range, help="Allowed address or CIDR range.")
@click.option("--time-zone", callback=check_time_zone, help="Of this sender's times without an offset.")
def create_key(name, is_admin, endpoints, ip_addresses, time_zone):
    """Create a key and print its id and secret, the only time the secret is seen."""
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
            created=dialer_now(),
        )
    print_secret(api_id, secret)


@keys.command("list")
def list_keys():
    """Print a JSON line for each key, without secrets."""
    with command_connection() as connection:
        for key in queries.list_api_keys(connection):
            click.echo(json.dumps(describe_key(key)))


@keys.command("disable")
@click.argument("api_id", type=int)
def disable_key(api_id):
    """Stop a key from working, at once."""
    with command_connection() as connection:
        require_found(api_id, queries.update_api_key_enabled(connection, api_id, 0))
    click.echo(f"Key {api_id} is disabled.")


@keys.command("rotate")
@click.argument("api_id", type=int)
def rotate_key(api_id):
    """Give a key a new secret and print it; the old one stops working at once."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with command_connection() as connection:
        require_found(api_id, queries.update_api_key_hash(connection, api_id, hash_secret(secret)))
    print_secret(api_id, secret)
