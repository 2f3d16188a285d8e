"""`ingress keys ...`: who may send costs, and who may sign in to the console."""

from typing import Any

import click
from flask.cli import AppGroup

from ..access.key_secrets import hash_secret
from ..access.keys import ADMIN, INGRESS
from ..clock import dialer_now
from ..database import queries
from ..database.connection import Connection
from .database import command_connection
from .found_keys import KEY_ARGUMENT, find_key, list_warnings, write_key
from .key_options import key_options, name_option, read_key_options
from .output import json_option, print_record, print_records
from .rotate import make_secret, print_secret, rotate_key

KEY_COLUMNS = ("api_id", "name", "scope", "enabled", "sender", "last_used", "failed", "ip_addresses", "endpoints")

keys = AppGroup("keys", help="Who may send costs or sign in to the console. KEY is a key's id or name.")


def describe_key(key: queries.ListedApiKey) -> dict[str, Any]:
    return {
        **key._asdict(),
        "enabled": bool(key.enabled),
        "endpoints": (key.endpoints or "").splitlines(),
    }


def warn_of(connection: Connection, api_id: int) -> None:
    listed = queries.list_api_keys(connection)
    for warning in list_warnings(listed, find_key(connection, str(api_id))):
        click.echo(f"Warning: {warning}.", err=True)


@keys.command("create", short_help="Make a key and print its id and secret.")
@name_option(required=True)
@click.option("--admin", "is_admin", is_flag=True, help="Make a key that signs in to the console and sends no costs.")
@key_options
def create_key(name: str, is_admin: bool, on_change: str | None, **options: Any) -> None:
    """Make a key and print its id and secret, as one line of JSON; the secret is never shown again."""
    given = {column: value or None for column, value in read_key_options(**options).items()}
    secret = make_secret()
    with command_connection() as connection:
        api_id = queries.insert_api_key(
            connection,
            key_hash=hash_secret(secret),
            name=name,
            scope=ADMIN if is_admin else INGRESS,
            on_change=on_change or "correct",
            created=dialer_now(),
            **given,
        )
        print_secret(api_id, secret)
        warn_of(connection, api_id)


@keys.command("list", short_help="List the keys.")
@json_option
def list_keys(as_json: bool) -> None:
    """List the keys, without their secrets. `failed` is when a wrong secret came for a key last."""
    with command_connection() as connection:
        listed = queries.list_api_keys(connection)
    print_records(map(describe_key, listed), KEY_COLUMNS, as_json, "There is no key yet.")


@keys.command("show", short_help="Show all that is known of a key.")
@KEY_ARGUMENT
@json_option
def show_key(wanted: str, as_json: bool) -> None:
    """Show all that is known of a key but its secret: protections, last uses, and when a wrong secret came."""
    with command_connection() as connection:
        print_record(describe_key(find_key(connection, wanted)), as_json)


@keys.command("edit", short_help="Change a key's name, protections or how it is read.")
@KEY_ARGUMENT
@name_option(required=False)
@key_options
@click.option("--end-old", is_flag=True, help="End the old secret that `rotate --keep-old` has kept.")
@json_option
def edit_key(wanted: str, name: str | None, end_old: bool, as_json: bool, **options: Any) -> None:
    """Change what is given of a key, and show it; every process follows within two seconds.

    A repeated option replaces all that the key had; '' takes it away.
    """
    changes = {"name": name, "old_until": dialer_now() if end_old else None, **read_key_options(**options)}
    if all(value is None for value in changes.values()):
        raise click.UsageError("Nothing to change: give at least one option.")
    with command_connection() as connection:
        api_id = find_key(connection, wanted).api_id
        queries.update_api_key(connection, api_id, **changes)
        print_record(describe_key(find_key(connection, str(api_id))), as_json)
        warn_of(connection, api_id)


@keys.command("enable", short_help="Let a disabled key work again.")
@KEY_ARGUMENT
def enable_key(wanted: str) -> None:
    """Let a disabled key work again; every process follows within two seconds."""
    switch_key(wanted, True)


@keys.command("disable", short_help="Stop a key from working.")
@KEY_ARGUMENT
def disable_key(wanted: str) -> None:
    """Stop a key from working; every process follows within two seconds."""
    switch_key(wanted, False)


def switch_key(wanted: str, enabled: bool) -> None:
    with command_connection() as connection:
        key = find_key(connection, wanted)
        queries.update_api_key_enabled(connection, key.api_id, int(enabled))
    click.echo(f"Key {write_key(key)} is {'enabled' if enabled else 'disabled'}.")


keys.add_command(rotate_key)
