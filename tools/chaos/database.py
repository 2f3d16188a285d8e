"""The database of a run and its API key, and the settings of the service that uses them."""

from typing import TYPE_CHECKING

from ingress.access.key_secrets import hash_secret
from ingress.config import parse_database_url
from ingress.database import queries
from ingress.database.pool import Database
from tools.private_server import PrivateServer

if TYPE_CHECKING:
    from tools.private_server import AdminConnection

NAME = "ingress_chaos_test"  # of the database, and of the API key
SETTINGS = {  # they overrule the checkout's .env
    "TLDIALER_TIMEZONE": "UTC",
    "INGRESS_DUPLICATES": "replay",
    "WEB_CONCURRENCY": "2",
}


def connect(server: PrivateServer) -> "AdminConnection":
    """Return a connection that bypasses the proxy and may do anything."""
    connection = server.admin()
    connection.select_db(NAME)
    return connection


def make_database(server: PrivateServer) -> dict[str, str]:
    """Make the database anew; return the headers of an API key."""
    with server.admin() as connection:
        connection.cursor().execute(f"DROP DATABASE IF EXISTS {NAME}")
    database = Database(parse_database_url(server.create_database(NAME)))
    database.apply_schema()
    with database.connect() as connection:
        api_id = queries.insert_api_key(
            connection,
            key_hash=hash_secret(NAME),
            name=NAME,
            endpoints=None,
            ip_addresses=None,
            time_zone=None,
            created=None,
        )
    return {"tld-api-id": str(api_id), "tld-api-key": NAME}
