"""The nouns of the story: a dialer's database, a key, a client; the database is real and never anyone's own."""

import os
import re
import time
from dataclasses import replace

import pymysql
import pytest
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from ingress import create_app
from ingress.config import parse_database_url
from ingress.database.connection import Connection
from ingress.database.grants import Account, fill_grants
from ingress.database.pool import Database
from ingress.database.readiness import READY_SECONDS
from tests.dialer import SECRET as SECRET  # other test modules know it from here
from tests.dialer import Dialer, create_key_on
from tests.order import (  # noqa: F401 - pytest calls them
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_ignore_collect,
    pytest_terminal_summary,
)
from tests.servers import WAYS
from tests.vicidial import Vicidial, make_vicidial, make_vicidial_user
from tools import ROOT, STATE
from tools.chaos.packets import Way
from tools.private_server import PrivateServer
from tools.programs import ServerError

URL = "/api/ingress/calls/inbound/billable"


@pytest.fixture(scope="session")
def server():
    """The private server, or None when TLDIALER_DATABASE_URL names another."""
    if os.environ.get("TLDIALER_DATABASE_URL"):
        yield None
        return
    process = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    with PrivateServer(STATE / "test" / process) as server:
        yield server


@pytest.fixture(scope="module")
def long_server(server):
    """The private server for tables of a million rows, which are kept from run to run; processes take turns with it."""
    if server is None:
        yield None
        return
    take_turns = Retrying(retry=retry_if_exception_type(ServerError), stop=stop_after_delay(120), wait=wait_fixed(0.2))
    long_server = PrivateServer(STATE / "test" / "long")
    take_turns(long_server.start)
    try:
        yield long_server
    finally:
        long_server.stop()


def make_long_database(long_server, tables, name):
    """Make a database beside the tests' own, on the server for long tables where there is one."""
    if long_server:
        return Database(parse_database_url(long_server.create_database(name)))
    tables.connect().cursor().execute(f"CREATE DATABASE IF NOT EXISTS {name}")
    return Database(replace(tables.url, database=name))


@pytest.fixture(scope="session")
def tables(server):
    """The tables of `sql/schema.sql` as their owner sees them, in a database that is called a test, made anew."""
    if server:
        with server.admin() as connection:
            connection.cursor().execute("DROP DATABASE IF EXISTS ingress_test")
    url = parse_database_url(server.create_database("ingress_test") if server else os.environ["TLDIALER_DATABASE_URL"])
    if not url.database.endswith("_test"):
        pytest.exit(f"The tests delete everything: they refuse the database {url.database!r}, not named ..._test")
    database = Database(url)
    database.apply_schema()
    return database


@pytest.fixture(scope="session", autouse=True)
def environment(server, tables):
    """Only settings that a test names count; the database's user has the rights that `ingress grants` prints."""
    with pytest.MonkeyPatch.context() as patch:
        for name in re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE):
            if name != "TLDIALER_DATABASE_URL":
                patch.delenv(name, raising=False)
        if server:
            patch.setenv("TLDIALER_DATABASE_URL", make_service_user(server, "ingress_test"))
        yield


def make_service_user(server, database, without=None):
    """Make a user with the rights that `ingress grants` prints, none on the table `without`; return the URL."""
    script = fill_grants(database, {"service": Account("service", "%", "service")})
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute("DROP USER IF EXISTS service")
        for statement in re.findall(r"^(?:CREATE USER|GRANT) .*(?=;)", script, re.MULTILINE):
            if without is None or f".{without} TO" not in statement:
                cursor.execute(statement)
    return f"mysql://service:service@127.0.0.1:{server.port}/{database}"


@pytest.fixture(scope="session")
def mortal_server(tmp_path_factory):
    """A second private server, for what one does not do to a server that others use."""
    with PrivateServer(tmp_path_factory.mktemp("mortal")) as server:
        yield server


@pytest.fixture
def dialer_name(request):
    """TLDialer, unless a test names another with `both_dialers` or `only_vicidial`."""
    return getattr(request, "param", "tldialer")


@pytest.fixture
def dialer(request, dialer_name):
    """The dialer's database, empty: what it logged, and what became of leads and costs."""
    return request.getfixturevalue(dialer_name)


@pytest.fixture
def tldialer(tables):
    with tables.connect() as connection:
        dialer = Dialer(connection)
        dialer.clear()
        yield dialer


@pytest.fixture(scope="session")
def vicidial_server(request, server):
    """A private server in any case: what is called `asterisk` elsewhere is somebody's dialer."""
    return server or request.getfixturevalue("mortal_server")


@pytest.fixture(scope="session")
def vicidial_tables(vicidial_server):
    """The tables as their owner sees them, and the URL of a user with just the rights of `sql/vicidial/grants.sql`."""
    owner = make_vicidial(vicidial_server)
    return owner, make_vicidial_user(vicidial_server)


@pytest.fixture
def vicidial(vicidial_tables, monkeypatch):
    owner, url = vicidial_tables
    monkeypatch.setenv("DIALER", "vicidial")
    monkeypatch.setenv("TLDIALER_DATABASE_URL", url)
    with owner.connect() as connection:
        dialer = Vicidial(connection)
        dialer.clear()
        yield dialer


@pytest.fixture
def log(dialer):
    """The rows of the delivery log, oldest first."""
    return lambda: dialer.execute("SELECT * FROM deliveries ORDER BY delivery_id").fetchall()


@pytest.fixture(scope="session")
def ready(environment):
    """The database was found ready once: a check for the first request of each test would double its time."""
    response = create_app().test_client().get("/readyz")
    assert response.status_code == 200, response.text


@pytest.fixture
def app(dialer, ready):
    return create_trusting_app()


def create_trusting_app():
    """Make an application that trusts the database as it does after its first request."""
    app = create_app()
    app.extensions["database"].hosts.current.checked_until = time.monotonic() + READY_SECONDS
    return app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def make_client(dialer, monkeypatch):
    """Make a client of a service with other settings."""

    def make(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return create_trusting_app().test_client()

    return make


@pytest.fixture
def create_key(dialer):
    """Make an API key, with protections if wanted; returns its credentials as headers."""

    def create(**columns):
        return create_key_on(dialer.connection, **columns)

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


@pytest.fixture
def spool_folder(monkeypatch, tmp_path):
    """Where the spool is, for an application made after this."""
    folder = tmp_path / "spool"
    monkeypatch.setenv("INGRESS_SPOOL", str(folder))
    return folder


@pytest.fixture
def outage(app):
    """Between `begin()` and `end()` the database is away, also for connections that are open."""
    with Outage(app.extensions["database"]) as outage:
        yield outage


class Outage(pytest.MonkeyPatch):
    def __init__(self, database):
        super().__init__()
        self.database = database

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.end()

    def begin(self):
        def refuse(*args, **kwargs):
            raise pymysql.OperationalError(2003, "away")

        self.setattr(Database, "connect_to", refuse)
        kept = getattr(self.database.kept, "connection", None)
        if kept and kept.open:
            kept.close()

    def end(self):
        self.undo()


@pytest.fixture(params=WAYS)
def way_of_billing(request, dialer, monkeypatch):
    """In one trip, as MariaDB can, and statement by statement, as for MySQL: nobody must see a difference."""
    monkeypatch.setattr(Connection, "is_mariadb", request.param is Way.AT_ONCE)
