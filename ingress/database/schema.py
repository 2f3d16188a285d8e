"""`schema apply`: the tables that are missing, and tables of an earlier version brought up to date with their rows.

A migration is a file of `sql/migrations/`: a sentence, a query that returns 1 while there is something to do, and the
statements that do it, repeated until the query returns 0. So a migration knows by itself whether it is needed, can be
interrupted anywhere, and can run again for rows that an earlier version has written since.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pymysql
from pymysql.constants import ER
from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random

from ..sql import SQL, read_statement
from . import queries
from .connection import Connection
from .retries import error_number

MIGRATION_SECONDS = 3600  # for one statement: an ALTER may copy the table
LOCK_SECONDS = 2  # that a statement waits for a table: meanwhile, requests wait behind it
ATTEMPTS_FOR_LOCK = 30
CREATED = re.compile(r"^CREATE TABLE IF NOT EXISTS (\w+)", re.MULTILINE)
NEEDS = re.compile(r"^-- needs: (\w+)\.(\w+)$", re.MULTILINE)

WHILE_LOCKED = Retrying(
    retry=retry_if_exception(lambda error: error_number(error) == ER.LOCK_WAIT_TIMEOUT),
    wait=wait_random(0.5, 2),
    stop=stop_after_attempt(ATTEMPTS_FOR_LOCK),
    reraise=True,
)


def bring_up_to_date(connection: Connection, drops_unused: bool = False) -> Iterator[str]:
    """Create what is missing, migrate what is there, and yield a sentence for each thing done.

    `connection` must take many statements at once and be used for nothing else. With `drops_unused`, columns that only
    an earlier version writes are dropped: it must no longer run.
    """
    connection.answer_timeout = MIGRATION_SECONDS
    set_limits(connection)
    yield from create_missing(connection)
    folders = [SQL / "migrations", *([SQL / "migrations" / "drop"] if drops_unused else [])]
    for path in (path for folder in folders for path in sorted(folder.glob("*.sql"))):
        if migrate(connection, path):
            yield read_purpose(path)


def create_missing(connection: Connection) -> Iterator[str]:
    """Create the tables that are not there; where none is missing, a user without the right to create some will do."""
    before = list_tables(connection)
    try:
        queries.create_tables(connection)
    except pymysql.OperationalError as error:
        is_denied = error_number(error) == ER.TABLEACCESS_DENIED_ERROR
        if not is_denied or set(CREATED.findall(connection.statements.texts["schema"])) - before:
            raise
    for table in sorted(list_tables(connection) - before):
        yield f"Created the table {table}."


def set_limits(connection: Connection) -> None:
    limit = "max_statement_time" if connection.is_mariadb else "max_execution_time"
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION {limit} = 0, lock_wait_timeout = {LOCK_SECONDS}, innodb_lock_wait_timeout = 10")


def list_tables(connection: Connection) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        return {name for (name,) in cursor.fetchall()}


def migrate(connection: Connection, path: Path) -> bool:
    """Return whether there was anything to do."""
    question, *statements = [text for text in re.split(r";\s*(?:\n|$)", read_statement(path)) if text.strip()]
    if (needed := NEEDS.search(path.read_text("utf-8"))) and not has_column(connection, *needed.groups()):
        return False
    done = False
    while ask(connection, question):
        for statement in statements:
            WHILE_LOCKED(run_statement, connection, statement)
        done = True
    return done


def ask(connection: Connection, question: str) -> bool:
    """Return whether there is still something to do."""
    row = run_statement(connection, question)
    return bool(row and row[0])


def has_column(connection: Connection, table: str, column: str) -> bool:
    """Return whether the column exists: a question about one that does not would be an error."""
    try:
        run_statement(connection, f"SELECT {column} FROM {table} LIMIT 0")  # noqa: S608 - both from our files
    except pymysql.OperationalError as error:
        if error_number(error) == ER.BAD_FIELD_ERROR:
            return False
        raise
    return True


def run_statement(connection: Connection, statement: str) -> tuple[object, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone() if cursor.description else None


def read_purpose(path: Path) -> str:
    """Return the sentences at the head of a migration."""
    lines = path.read_text("utf-8").splitlines()
    return " ".join(line.removeprefix("-- ") for line in lines if line.startswith("-- ") and not NEEDS.match(line))
