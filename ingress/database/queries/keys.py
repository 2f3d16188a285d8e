"""API keys, as the door reads and the operator writes them."""

from datetime import datetime
from typing import NamedTuple

from .statements import execute


class ApiKey(NamedTuple):
    api_id: int
    key_hash: str
    name: str
    version: str
    enabled: int
    scope: str
    endpoints: str | None
    ip_addresses: str | None
    time_zone: str | None
    last_used: datetime | None


class ListedApiKey(NamedTuple):
    api_id: int
    name: str
    version: str
    enabled: int
    scope: str
    endpoints: str | None
    ip_addresses: str | None
    time_zone: str | None
    created: datetime | None
    last_used: datetime | None


def find_api_key(connection, api_id):
    row = execute(connection, "find_api_key", api_id=api_id).fetchone()
    return row and ApiKey(*row)


def list_api_keys(connection):
    return [ListedApiKey(*row) for row in execute(connection, "list_api_keys").fetchall()]


def insert_api_key(connection, *, key_hash, name, endpoints, ip_addresses, time_zone, created, scope="ingress"):
    """Return the new API id."""
    return execute(
        connection,
        "insert_api_key",
        key_hash=key_hash,
        name=name,
        scope=scope,
        endpoints=endpoints,
        ip_addresses=ip_addresses,
        time_zone=time_zone,
        created=created,
    ).lastrowid


def update_api_key_hash(connection, api_id, key_hash):
    """Return the number of keys found: 1 or 0."""
    return execute(connection, "update_api_key_hash", api_id=api_id, key_hash=key_hash).rowcount


def update_api_key_enabled(connection, api_id, enabled):
    """Return the number of keys found: 1 or 0."""
    return execute(connection, "update_api_key_enabled", api_id=api_id, enabled=enabled).rowcount


def update_api_key_last_used(connection, api_id, last_used):
    execute(connection, "update_api_key_last_used", api_id=api_id, last_used=last_used)
