"""API keys, as the door reads and the operator writes them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from .execute import execute

if TYPE_CHECKING:
    from ..connection import Connection

EDITABLE = ("name", "endpoints", "ip_addresses", "time_zone", "sender", "on_change", "old_until")
NOTHING_GIVEN = dict.fromkeys(EDITABLE)


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
    on_change: str
    last_used: datetime | None
    failed: datetime | None = None  # when a wrong secret came for it last
    sign_outs: int = 0  # how often its owner has signed out of the console
    sender: str | None = None  # the entry of a file of senders by which its bodies are read
    old_key_hash: str | None = None  # of the secret before the last rotation
    old_until: datetime | None = None  # when that one stops passing
    old_last_used: datetime | None = None


class ListedApiKey(NamedTuple):
    api_id: int
    name: str
    version: str
    enabled: int
    scope: str
    endpoints: str | None
    ip_addresses: str | None
    time_zone: str | None
    sender: str | None
    on_change: str
    created: datetime | None
    last_used: datetime | None
    old_until: datetime | None
    old_last_used: datetime | None
    failed: datetime | None
    failed_from: str | None

    @property
    def used(self) -> datetime | None:
        """When it was last used, with its present secret or with the old one."""
        return max(filter(None, (self.last_used, self.old_last_used)), default=None)


def find_api_key(connection: Connection, api_id: int) -> ApiKey | None:
    row = execute(connection, "find_api_key", api_id=api_id).fetchone()
    return ApiKey(*row) if row else None


def list_api_keys(connection: Connection) -> list[ListedApiKey]:
    return [ListedApiKey(*row) for row in execute(connection, "list_api_keys").fetchall()]


def insert_api_key(
    connection: Connection,
    *,
    key_hash: str,
    name: str,
    endpoints: str | None,
    ip_addresses: str | None,
    time_zone: str | None,
    created: datetime | None,
    scope: str = "ingress",
    on_change: str = "correct",
    sender: str | None = None,
) -> int:
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
        sender=sender,
        on_change=on_change,
        created=created,
    ).lastrowid


def update_api_key(connection: Connection, api_id: int, **changes: Any) -> int:
    """Change what is given: None leaves a value as it is, a blank takes it away. Return the number of keys found."""
    return execute(connection, "update_api_key", api_id=api_id, **(NOTHING_GIVEN | changes)).rowcount


def update_api_key_hash(
    connection: Connection, api_id: int, *, expected_hash: str, key_hash: str, old_until: datetime
) -> int:
    """Return 1, or 0 when the present secret is another than expected; that one passes until `old_until` (naive)."""
    values = {"expected_hash": expected_hash, "key_hash": key_hash, "old_until": old_until}
    return execute(connection, "update_api_key_hash", api_id=api_id, **values).rowcount


def update_api_key_enabled(connection: Connection, api_id: int, enabled: int) -> int:
    """Return the number of keys found: 1 or 0."""
    return execute(connection, "update_api_key_enabled", api_id=api_id, enabled=enabled).rowcount


def update_api_key_last_used(connection: Connection, api_id: int, key_hash: str, last_used: datetime) -> None:
    """Store a use of the key with the secret of this hash."""
    execute(connection, "update_api_key_last_used", api_id=api_id, key_hash=key_hash, last_used=last_used)


def update_api_key_failed(connection: Connection, api_id: int, failed: datetime, failed_from: str) -> None:
    """Store when and from which address a wrong secret came for the key."""
    execute(connection, "update_api_key_failed", api_id=api_id, failed=failed, failed_from=failed_from)


def update_api_key_sign_outs(connection: Connection, api_id: int) -> None:
    execute(connection, "update_api_key_sign_outs", api_id=api_id)
