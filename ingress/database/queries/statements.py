"""The statements of `sql/`, read once, and how one is run."""

import re
from pathlib import Path

import pymysql
from pymysql.constants import ER

SQL = Path(__file__).parents[3] / "sql"


def read_statement(name):
    """The text of `sql/<name>.sql` without its header."""
    lines = (SQL / f"{name}.sql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("--"))


PARAMETERS = re.compile(r"%\((\w+)\)s")
INCLUDED = re.compile(r"\{(\w+)\}")


def compose(script, statements):
    """Put the named statements into a script; a parameter that the script has declared becomes its variable v_..."""

    def as_variable(parameter):
        return f"v_{parameter[1]}" if re.search(rf"\bv_{parameter[1]}\b", script) else parameter[0]

    return INCLUDED.sub(lambda included: PARAMETERS.sub(as_variable, statements[included[1]]), script)


STATEMENTS = {path.stem: read_statement(path.stem) for path in SQL.glob("*.sql")}
for name in ("bill_at_once", "list_calls"):
    STATEMENTS[name] = compose(STATEMENTS[name], STATEMENTS)


class Marks(dict):
    """Stands for the values of a statement when it is prepared: a mark for each, in the order of `names`."""

    def __init__(self):
        self.names = []

    def __missing__(self, name):
        self.names.append(name)
        return "?"


def mark(statement):
    """Return the statement with marks for its values, and the one that runs it once it has been prepared."""
    marks = Marks()
    text = STATEMENTS[statement] % marks
    return text, f"EXECUTE {statement} USING " + ", ".join(f"%({name})s" for name in marks.names)


PREPARED = {"bill_at_once": mark("bill_at_once")}


def execute_prepared(connection, statement, /, **values):
    """Run a statement of PREPARED; the server reads its text but once for a connection, if it has room for it."""
    if statement not in connection.prepared and not prepare(connection, statement):
        return execute(connection, statement, **values)
    _, run = PREPARED[statement]
    cursor = connection.cursor()
    try:
        cursor.execute(run, values)
    except pymysql.OperationalError as error:
        if error.args[0] == ER.UNKNOWN_STMT_HANDLER:  # somebody between us and the server has changed sessions
            connection.prepared -= {statement}
        raise
    return cursor


def prepare(connection, statement):
    """Return whether it is prepared; all users of a server share a number of statements that it prepares."""
    text, _ = PREPARED[statement]
    try:
        connection.cursor().execute(f"PREPARE {statement} FROM %s", [text])
    except pymysql.OperationalError as error:
        if error.args[0] == ER.MAX_PREPARED_STMT_COUNT_REACHED:
            return False
        raise
    connection.prepared |= {statement}
    return True


def execute(connection, statement, /, **values):
    cursor = connection.cursor()
    cursor.execute(STATEMENTS[statement], values or None)
    return cursor
