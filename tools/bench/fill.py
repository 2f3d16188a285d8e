"""A dialer's database with a call log of any length, made in the server."""

from pathlib import Path

from ingress.config import parse_database_url
from ingress.database.pool import Database
from tools.private_server import PrivateServer

SCRIPT = Path(__file__).with_name("fill.sql")
MAX_LEADS = 1_000_000  # a call log holds several calls of a lead


def fill_database(server: PrivateServer, calls: int, costs: int) -> str:
    """Make the database of that many calls anew; return its URL for the service."""
    name = f"ingress_bench_{calls}"
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        url = server.create_database(name)
        Database(parse_database_url(url)).apply_schema()
        connection.select_db(name)
        for statement in SCRIPT.read_text().split(";\n"):
            cursor.execute(statement, {"calls": calls, "leads": min(calls, MAX_LEADS), "costs": costs})
    return url
