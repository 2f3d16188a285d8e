"""A dialer's database with a call log of any length, made in the server."""

from pathlib import Path

from ingress.config import parse_database_url
from ingress.database.pool import Database

FILL = Path(__file__).with_name("fill.sql")
LEADS = 1_000_000  # at most; a call log holds several calls of a lead


def fill(server, calls, costs):
    """Make the database of that many calls anew; return its URL for the service."""
    name = f"ingress_bench_{calls}"
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        url = server.create_database(name)
        Database(parse_database_url(url)).apply_schema()
        connection.select_db(name)
        for statement in FILL.read_text().split(";\n"):
            cursor.execute(statement, {"calls": calls, "leads": min(calls, LEADS), "costs": costs})
    return url
