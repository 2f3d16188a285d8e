"""The demo that `make run` serves: its data, its two keys, and the files that tell others about it."""

import json
import os
import re
import secrets
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from dotenv import dotenv_values
from pymysql.constants import CLIENT

from ingress.access.key_secrets import hash_secret
from ingress.access.keys import ADMIN, INGRESS
from ingress.clock import wall_clock
from ingress.commands.rotate import replace_secret
from ingress.config import read_settings
from ingress.database import queries
from ingress.database.connection import Connection
from ingress.database.pool import Database
from tools import ROOT

ENDPOINT = "/api/ingress/calls/inbound/billable*"  # which the demo's sender may call
WELCOME = """
The service is up at {base_url}. Bill the demo's call, from another terminal:

  {curl}

See the delivery, and who may send:

  {ingress} deliveries list
  {ingress} keys list

The API reference: {base_url}/docs
The console: {base_url}/console, with API id {admin.api_id} and key {admin.api_key}

`make smoke-test` checks every documented answer. Ctrl-C stops the service and its database.
"""


class DemoKey(NamedTuple):
    api_id: int
    api_key: str


class DemoKeys(NamedTuple):
    """`sender` bills calls, `admin` signs in to the console."""

    sender: DemoKey
    admin: DemoKey


def prepare_demo() -> DemoKeys:
    """Make the tables, fill them with demo data and make the keys, with new secrets at each start."""
    settings = read_settings()
    database = Database(settings["DATABASE_URL"])
    now = wall_clock(datetime.now(UTC), settings["TLDIALER_TIMEZONE"]).replace(microsecond=0)
    database.apply_schema()
    run_script(database, ROOT / "tools" / "demo.sql", now=now)
    with database.connect() as connection:
        return DemoKeys(
            sender=renew_key(connection, "demo", INGRESS, now),
            admin=renew_key(connection, "demo admin", ADMIN, now),
        )


def run_script(database: Database, script: Path, **values: object) -> None:
    """Execute all statements of a file of SQL."""
    with database.connect(client_flag=CLIENT.MULTI_STATEMENTS) as connection:
        cursor = connection.cursor()
        cursor.execute(script.read_text(), values)
        while cursor.nextset():  # raises what a statement failed with
            pass


def renew_key(connection: Connection, name: str, scope: str, now: datetime) -> DemoKey:
    """Return the key of that name with a new secret; make it if there is none."""
    secret = secrets.token_urlsafe()
    for key in queries.list_api_keys(connection):
        if key.name == name and key.enabled:
            replace_secret(connection, key, secret, old_until=now)
            return DemoKey(key.api_id, secret)
    api_id = queries.insert_api_key(
        connection,
        key_hash=hash_secret(secret),
        name=name,
        scope=scope,
        endpoints=ENDPOINT if scope == INGRESS else None,
        ip_addresses=None,
        time_zone=None,
        created=now,
    )
    return DemoKey(api_id, secret)


@contextmanager
def demo_files(folder: Path, base_url: str, sender: DemoKey) -> Iterator[Path]:
    """Keep two files while the demo serves: `demo.json` for the smoke test, and the settings of the operator's command.

    Yields the second, `demo.env`.
    """
    state, settings = folder / "demo.json", folder / "demo.env"
    folder.mkdir(parents=True, exist_ok=True)
    write_private(state, json.dumps({"base_url": base_url, **sender._asdict()}))
    write_private(settings, settings_file())
    try:
        yield settings
    finally:
        state.unlink(missing_ok=True)
        settings.unlink(missing_ok=True)


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(text)


def settings_file() -> str:
    """Return the settings that the demo has, from the checkout or the environment, as an env file."""
    names = re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    given = {name: os.environ[name] for name in names if name in os.environ}
    settings = dotenv_values(ROOT / ".env", interpolate=False) | given
    return "".join(f"{name}={quote_value(value or '')}\n" for name, value in settings.items())


def quote_value(text: str) -> str:
    """Quote a value so that an env file holds it as it stands."""
    return "'" + text.replace("\\", r"\\").replace("'", r"\'") + "'"


def welcome(base_url: str, keys: DemoKeys, settings: Path) -> str:
    """Return the text that `make run` prints once the service is up; its commands work as they stand."""
    file = settings.relative_to(ROOT) if settings.is_relative_to(ROOT) else settings
    ingress = f".venv/bin/ingress --env-file {shlex.quote(str(file))}"
    return WELCOME.format(base_url=base_url, curl=curl_line(base_url, keys.sender), ingress=ingress, admin=keys.admin)


def curl_line(base_url: str, sender: DemoKey) -> str:
    return (
        f"curl -i '{base_url}/api/ingress/calls/inbound/billable/8005550142/7205550134'"
        f" -H 'tld-api-id: {sender.api_id}' -H 'tld-api-key: {sender.api_key}' -H 'Content-Type: application/json'"
        """ -d '{"cost": "12.50", "notes": "RGB7F31"}'"""
    )
