"""`ingress keys rotate`: a new secret for a key, while the old one may pass for a while."""

import json
import secrets
from datetime import UTC, datetime, timedelta

import click
from flask.cli import with_appcontext

from ..access.key_secrets import hash_secret
from ..access.keys import ADMIN
from ..clock import dialer_now, dialer_time, dialer_zone
from ..database import queries
from ..database.connection import Connection
from .database import command_connection
from .found_keys import KEY_ARGUMENT, find_key, write_key
from .options import check_duration

SECRET_BYTES = 32  # 256 bits: beyond guessing, so its plain hash may be stored


def make_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def print_secret(api_id: int, secret: str) -> None:
    click.echo(json.dumps({"api_id": api_id, "api_key": secret}))


@click.command("rotate", short_help="Give a key a new secret and print it.")
@KEY_ARGUMENT
@click.option(
    "--keep-old",
    metavar="DURATION",
    default="0s",
    callback=check_duration,
    help="Let the old secret pass for so long, such as 7d; default: it stops within two seconds.",
)
@with_appcontext
def rotate_key(wanted: str, keep_old: timedelta) -> None:
    """Give a key a new secret and print it, as one line of JSON.

    With --keep-old both secrets pass meanwhile; `keys show` tells when each was used last, so you see when the sender
    has changed over.
    """
    secret = make_secret()
    until = dialer_time(datetime.now(UTC) + keep_old)
    with command_connection() as connection:
        key = find_key(connection, wanted)
        require_rotatable(key, keep_old)
        replace_secret(connection, key, secret, until)
    print_secret(key.api_id, secret)
    if keep_old:
        click.echo(f"The old secret passes until {until} ({dialer_zone().key}).", err=True)
        if key.old_until and key.old_until > dialer_now():
            click.echo(f"Warning: the one before it ends now, instead of at {key.old_until}.", err=True)


def require_rotatable(key: queries.ListedApiKey, keep_old: timedelta) -> None:
    if keep_old and key.scope == ADMIN:
        raise click.ClickException("The old secret of an admin key cannot be kept: sign in with the new one.")


def replace_secret(connection: Connection, key: queries.ListedApiKey, secret: str, old_until: datetime) -> None:
    """Store the new secret unless another one has come in between."""
    found = queries.find_api_key(connection, key.api_id)
    expected, new = found.key_hash if found else "", hash_secret(secret)
    if not queries.update_api_key_hash(
        connection, key.api_id, expected_hash=expected, key_hash=new, old_until=old_until
    ):
        raise click.ClickException(f"Key {write_key(key)} was rotated by another command at this moment.")
