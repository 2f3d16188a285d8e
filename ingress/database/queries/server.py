"""The server itself: a session as the service needs it, the tables, and what is wrong with either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...sql import SQL_PARAMETER
from .execute import execute

if TYPE_CHECKING:
    from ..connection import Connection

# What a request may run; the server is asked beforehand whether it would
REQUEST_STATEMENTS = (
    "find_api_key",
    "update_api_key_last_used",
    "insert_delivery",
    "insert_unbilled_delivery",
    "find_delivery",
    "lock_delivery",
    "lock_cost",
    "list_cost_changes",
    "insert_cost_change",
    "update_cost",
    "lock_lead",
    "find_newest_cost",
    "find_call",
    "insert_cost",
    "touch_lead",
    "update_lead_cost",
    "update_first_contact_cost",
    "update_delivery",
    "update_delivery_answered",
)


def set_session(connection: Connection) -> None:
    execute(connection, "set_session")


def create_tables(connection: Connection) -> None:
    """Run all of `sql/schema.sql`; needs a connection that takes many statements at once."""
    cursor = execute(connection, "schema")
    while cursor.nextset():
        pass


def explain_statement(connection: Connection, name: str) -> None:
    """Ask for the plan of a statement: the server checks tables, columns and grants, and runs nothing."""
    text = connection.statements.texts[name]
    cursor = connection.cursor()
    cursor.execute(f"EXPLAIN {text}", dict.fromkeys(SQL_PARAMETER.findall(text)))


def list_faults(connection: Connection) -> list[str]:
    """Return what is wrong with tables and server, each fault a text."""
    return [fault for (fault,) in execute(connection, "list_faults").fetchall()]


def is_cluster(connection: Connection) -> bool:
    """Return whether the server is a node of a Galera cluster."""
    row = execute(connection, "is_cluster").fetchone()
    return bool(row and row[0])


def list_drawbacks(connection: Connection) -> list[str]:
    """Return why another host would be better, each reason a text."""
    return [drawback for (drawback,) in execute(connection, "list_drawbacks").fetchall()]
