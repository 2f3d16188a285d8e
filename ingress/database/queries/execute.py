"""How a statement of `sql/` is run: as text, or prepared once per connection."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.constants import ER

if TYPE_CHECKING:
    from pymysql.cursors import Cursor

    from ..connection import Connection


class Placeholders(dict[str, str]):
    """Stands for the values of a statement when it is prepared: a `?` for each, in the order of `names`."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __missing__(self, name: str) -> str:
        self.names.append(name)
        return "?"


@cache
def with_placeholders(statement: str, text: str) -> tuple[str, str]:
    """Return the statement's text with a `?` for each value, and the statement that runs it once it is prepared."""
    placeholders = Placeholders()
    text %= placeholders
    return text, f"EXECUTE {statement} USING " + ", ".join(f"%({name})s" for name in placeholders.names)


def execute(connection: Connection, statement: str, /, **values: Any) -> Cursor:
    """Run a statement by name and return its cursor; `values` are bound, those it does not use are ignored."""
    cursor = connection.cursor()
    cursor.execute(connection.statements.texts[statement], values or None)
    return cursor


def execute_prepared(connection: Connection, statement: str, /, **values: Any) -> Cursor:
    """Run a statement that the server parses only once per connection, if it has room for it."""
    if statement not in connection.prepared and not prepare_statement(connection, statement):
        return execute(connection, statement, **values)
    _, run = with_placeholders(statement, connection.statements.texts[statement])
    cursor = connection.cursor()
    try:
        cursor.execute(run, values)
    except pymysql.OperationalError as error:
        if error.args[0] == ER.UNKNOWN_STMT_HANDLER:  # a proxy between us and the server has changed sessions
            connection.prepared -= {statement}
        raise
    return cursor


def prepare_statement(connection: Connection, statement: str) -> bool:
    """Return whether it is prepared; all users of a server share a limited number of prepared statements."""
    text, _ = with_placeholders(statement, connection.statements.texts[statement])
    try:
        connection.cursor().execute(f"PREPARE {statement} FROM %s", [text])
    except pymysql.OperationalError as error:
        if error.args[0] == ER.MAX_PREPARED_STMT_COUNT_REACHED:
            return False
        raise
    connection.prepared |= {statement}
    return True
