"""What a file of sql/ says of itself, and what its execution reads; statements for any server."""

import re

from ingress.sql import SQL, load_statements

STATEMENTS = load_statements().texts  # of the general dialer
NOT_A_STATEMENT = {"schema", "grants"}
DIALERS = ("tldialer", "vicidial")
FILES = [
    *sorted(set(STATEMENTS) - NOT_A_STATEMENT),
    *sorted(f"vicidial/{path.stem}" for path in (SQL / "vicidial").glob("*.sql") if path.stem not in NOT_A_STATEMENT),
]


def find_file(dialer, name):
    """The file of a dialer's statement, as in FILES."""
    return f"{dialer}/{name}" if f"{dialer}/{name}" in FILES else name


def text_of(file):
    dialer, _, name = file.rpartition("/")
    return load_statements(*filter(None, [dialer])).texts[name]


def read_header(name):
    """Purpose, parameters and columns that a file says of itself; how many at once is no part of the purpose."""
    lines = [line for line in (SQL / f"{name}.sql").read_text().splitlines() if re.match("--(?! limit:)", line)]
    *purpose, takes, returns = [line.removeprefix("-- ") for line in lines]
    assert "%" not in " ".join(lines)
    return " ".join(purpose), read_names("takes", takes), read_names("returns", returns)


def read_names(word, line):
    assert line.startswith(f"{word}: ")
    names = line.removeprefix(f"{word}: ")
    return [] if names == "nothing" else names.split(", ")


def explain(cursor, statement, values=None):
    """Return the plan of a statement, a dict for each table: MySQL draws a tree unless told otherwise."""
    cursor.execute(f"EXPLAIN FORMAT=TRADITIONAL {statement}", values)
    columns = [column[0] for column in cursor.description]
    return [dict(zip(columns, step, strict=True)) for step in cursor.fetchall()]


def execute_over(cursor, numbers, statement, values=None):
    """Run a statement whose table `numbers` has these numbers, a range, in its column seq."""
    cursor.execute(
        "SET SESSION /*M! max_recursive_iterations = 1000000 */ /*!80000 cte_max_recursion_depth = 1000000 */"
    )
    following = f"SELECT seq + {numbers.step} FROM numbers WHERE seq < {numbers[-1]}"
    table = f"(WITH RECURSIVE numbers (seq) AS (SELECT {numbers[0]} UNION ALL {following}) SELECT seq FROM numbers)"
    cursor.execute(statement.replace("numbers", f"{table} AS numbers"), values)


def open_tables(connection, *tables):
    """MySQL counts what it reads of its own to open a table; after this it is open."""
    for table in tables:
        connection.cursor().execute(f"SELECT 1 FROM {table} LIMIT 0")


def count_reads(connection):
    """Rows and index entries that the server has read for this connection."""
    cursor = connection.cursor()
    cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
    return sum(int(value) for name, value in cursor.fetchall() if name != "Handler_read_rnd_next")
