"""The nouns of the story: a dialer's database, a key, a client; the database is real and never anyone's own."""

import os
from pathlib import Path

import pymysql
import pytest

from ingress import create_app, queries
from ingress.config import parse_database_url
from ingress.database import Database
from ingress.protection import hash_secret
from scripts.mariadb import PrivateMariaDB
from tests.dialer import Dialer

ROOT = Path(__file__).parent.parent
URL = "/api/ingress/calls/inbound/billable"
SECRET = "a-secret-for-tests"


@pytest.fixture(scope="session")
def create_database():
    """Make a database and return its URL: on a private server, or beside the one that TLDIALER_DATABASE_URL names."""
    given = os.environ.get("TLDIALER_DATABASE_URL")
    if given:
        yield lambda name: create_beside(given, name)
        return
    with PrivateMariaDB(ROOT / ".mariadb" / "test") as server:
        yield server.create_database


def create_beside(url, name):
    database = Database(parse_database_url(url))
    if name != "ingress_test":
        database.connect().cursor().execute(f"CREATE DATABASE IF NOT EXISTS `{name}`")
        url = url.replace(f"/{database.url.database}", f"/{name}")
    return url


@pytest.fixture(scope="session")
def database_url(create_database):
    return create_database("ingress_test")


@pytest.fixture(scope="session", autouse=True)
def environment(database_url):
    """Only the settings that a test names count, not those of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in (ROOT / ".env.example").read_text().split():
            patch.delenv(name.partition("=")[0].lstrip("#"), raising=False)
        patch.setenv("TLDIALER_DATABASE_URL", database_url)
        yield


@pytest.fixture(scope="session")
def tables(environment):
    """The tables of `sql/schema.sql`, in a database that is called a test."""
    database = Database(create_app().config["DATABASE_URL"])
    if not database.url.database.endswith("_test"):
        pytest.exit(
            f"The tests delete everything: they refuse the database {database.url.database!r}, not named ..._test"
        )
    database.apply_schema()
    return database


@pytest.fixture
def dialer(tables):
    """The dialer's database, empty: what it logged, and what became of leads and costs."""
    with tables.connect() as connection:
        dialer = Dialer(connection)
        dialer.clear()
        yield dialer


@pytest.fixture
def app(dialer):
    return create_app()


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def create_key(dialer):
    """Make an API key, with protections if wanted; returns its credentials as headers."""

    def create(**columns):
        columns = {
            "name": "test",
            "endpoints": None,
            "ip_addresses": None,
            "time_zone": None,
            "created": None,
        } | columns
        api_id = queries.insert_api_key(dialer.connection, key_hash=hash_secret(SECRET), **columns)
        return {"tld-api-id": str(api_id), "tld-api-key": SECRET}

    return create


@pytest.fixture
def key(create_key):
    return create_key()


@pytest.fixture
def post(client, key):
    """Send a request as the owner of `key`; arguments as for the test client, the path behind .../billable."""

    def send(path="/8005550142/7205550134", headers=None, **request):
        return client.post(URL + path, headers={**key, **(headers or {})}, **request)

    return send


@pytest.fixture
def broken_connection(monkeypatch):
    """Called with an error number, the database is away from then on."""

    def break_connection(number=2003):
        def refuse(*args, **kwargs):
            raise pymysql.OperationalError(number, "away")

        monkeypatch.setattr(Database, "connect_to", refuse)

    return break_connection
