"""`schema apply` brings a database of an earlier version up to date in place, and keeps its rows."""

import threading
from pathlib import Path

import pytest
from pymysql.constants import CLIENT

from ingress.config import parse_database_url
from ingress.database.pool import Database
from ingress.sql import SQL

EARLIER = Path(__file__).with_name("earlier_schema.sql").read_text()
OWN_TABLES = ("api_keys", "cost_changes", "deliveries")
CALL = "8005550142 7205550134 12.5000 2024-03-05 14:21:09"
NEW_CALL = CALL.replace(" 12.5000", "")
INSERT = (
    "INSERT INTO deliveries (request_id, api_id, received, sent, outcome, status, delivery_key, fingerprint, repeats,"
    " mends, cost_id) VALUES (%s, 1, NOW(), '{}', %s, 200, %s, %s, %s, %s, %s)"
)
ROWS = [
    ("a", "billed", f"call {CALL}", CALL, None, None, 1),
    ("b", "billed", "key RGB7", "8005550142 7205550134 12.5000 -", None, None, 2),
    ("c", "repeated", None, None, 1, None, None),
    ("d", "mended", None, None, None, 2, None),
    ("e", "tried", None, None, None, None, None),
    ("f", "refused", None, None, None, None, None),
]


@pytest.fixture
def make_database(mortal_server):
    """Make an empty database by name."""

    def make(name):
        with mortal_server.admin() as connection:
            connection.cursor().execute(f"DROP DATABASE IF EXISTS {name}")
        return Database(parse_database_url(mortal_server.create_database(name)))

    return make


@pytest.fixture
def earlier(make_database):
    """A database of the earlier version, with a row of each kind."""
    database = make_database("earlier_test")
    with database.connect(client_flag=CLIENT.MULTI_STATEMENTS) as connection:
        cursor = connection.cursor()
        cursor.execute(EARLIER)
        while cursor.nextset():
            pass
    with database.connect() as connection:
        connection.cursor().executemany(INSERT, ROWS)
    return database


def read(database, statement):
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def describe_table(database, table):
    ((_, description),) = read(database, f"SHOW CREATE TABLE {table}")
    return description.rpartition(")")[0]  # behind it stands the next id


def test_an_empty_database_gets_every_table(make_database):
    database = make_database("empty_test")

    told = database.apply_schema()

    assert {f"Created the table {table}." for table in OWN_TABLES} <= set(told)
    assert len(told) == len(read(database, "SHOW TABLES"))


def test_rows_of_an_earlier_version_are_carried_along(earlier):
    earlier.apply_schema()

    rows = read(
        earlier, "SELECT request_id, outcome, delivery_key, fingerprint, duplicate_of, replay_of FROM deliveries"
    )
    assert rows == (
        *(
            (
                "a",
                "billed",
                b"call 8005550142 7205550134 2024-03-05 14:21:09",
                CALL.replace(" 12.5000", ""),
                None,
                None,
            ),
        ),
        ("b", "billed", b"key RGB7", "8005550142 7205550134 -", None, None),
        ("c", "duplicate", None, None, 1, None),
        ("d", "replayed", None, None, None, 2),
        ("e", "dry_run", None, None, None, None),
        ("f", "refused", None, None, None, None),
    )


def test_tables_brought_up_to_date_equal_new_ones(earlier, make_database):
    new = make_database("new_test")
    new.apply_schema()

    earlier.apply_schema(drops_unused=True)

    for table in OWN_TABLES:
        assert describe_table(earlier, table) == describe_table(new, table)


def test_each_migration_says_what_it_did_and_then_nothing_is_left(earlier):
    told = earlier.apply_schema()

    migrations = [path for path in (SQL / "migrations").glob("*.sql")]
    assert len(told) == 1 + len(migrations)  # and the table that was missing
    assert earlier.apply_schema() == []


def test_columns_of_the_earlier_version_stay_until_it_has_stopped(earlier):
    earlier.apply_schema()
    with earlier.connect() as connection:
        connection.cursor().execute(INSERT, ("g", "repeated", None, None, 1, None, None))

    told = earlier.apply_schema()

    assert [sentence.partition(" ")[0] for sentence in told] == ["Renames", "Copies"]
    assert read(earlier, "SELECT outcome, duplicate_of FROM deliveries WHERE request_id = 'g'") == (("duplicate", 1),)


def test_the_earlier_version_goes_on_writing_meanwhile(earlier):
    stopped, written, errors = threading.Event(), [], []

    def write():
        with earlier.connect() as connection:
            while not stopped.is_set():
                try:
                    row = (f"w{len(written)}", "repeated", None, None, 1, None, None)
                    connection.cursor().execute(INSERT, row)
                    written.append(row)
                except Exception as error:
                    errors.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    earlier.apply_schema()
    stopped.set()
    writer.join()

    assert written
    assert errors == []
    earlier.apply_schema()
    assert read(earlier, "SELECT COUNT(*) FROM deliveries WHERE outcome = 'repeated'") == ((0,),)
    assert read(earlier, "SELECT COUNT(*) FROM deliveries WHERE request_id LIKE 'w%'") == ((len(written),),)


def test_the_dialers_own_tables_are_never_altered(earlier):
    earlier_dialer = "ALTER TABLE call_costs ADD COLUMN of_the_dialer INT NULL"
    with earlier.connect() as connection:
        connection.cursor().execute(earlier_dialer)
    before = describe_table(earlier, "call_costs")

    earlier.apply_schema(drops_unused=True)

    assert describe_table(earlier, "call_costs") == before
