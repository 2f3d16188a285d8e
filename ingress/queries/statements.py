"""The statements of `sql/`, read once, and how one is run."""

import re
from pathlib import Path

SQL = Path(__file__).parents[2] / "sql"


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


def execute(connection, statement, /, **values):
    cursor = connection.cursor()
    cursor.execute(STATEMENTS[statement], values or None)
    return cursor
