"""Reading the log stays fast when it holds a million deliveries: what the server reads is counted, not timed."""

from datetime import datetime, timedelta

import pytest

from ingress.console.filters import read_filters
from ingress.database import queries
from tests.conftest import make_long_database
from tests.statements import STATEMENTS, count_reads, execute_over, explain, open_tables

pytestmark = pytest.mark.slow
ROWS = 1_000_000
NOW = datetime(2026, 3, 5, 14, 0, 0)
PAGE = 51
ENOUGH = 3 * PAGE + 20  # an entry of the index for each, one or two for the name of its key, and the way there


@pytest.fixture(scope="module")
def long_log(long_server, tables):
    """A connection to a log of a million deliveries, ninety days of them; made anew when the table changes."""
    database = make_long_database(long_server, tables, "ingress_long_delivery_log_test")
    owner = long_server.admin() if long_server else tables.connect()
    with owner, tables.connect() as fresh:
        cursor = owner.cursor()
        is_current = describe_table(cursor, database) == describe_table(fresh.cursor(), tables)
        if not is_current or count_rows(cursor, database) != ROWS:
            cursor.execute(f"DROP DATABASE IF EXISTS {database.url.database}")
            cursor.execute(f"CREATE DATABASE {database.url.database} CHARACTER SET utf8mb4")
            database.apply_schema()
            owner.select_db(database.url.database)
            fill_log(cursor)
    with database.connect() as connection:
        open_tables(connection, "deliveries", "api_keys")
        yield connection


def describe_table(cursor, database):
    """Return its columns and indexes, nothing where it is missing."""
    cursor.execute(f"SHOW TABLES FROM {database.url.database} LIKE 'deliveries'")
    if not cursor.fetchone():
        return None
    cursor.execute(f"SHOW CREATE TABLE {database.url.database}.deliveries")
    return cursor.fetchone()[1].rpartition(")")[0]  # behind it stands how many rows there have been


def count_rows(cursor, database):
    cursor.execute(f"SELECT COUNT(*) FROM {database.url.database}.deliveries")
    return cursor.fetchone()[0]


def fill_log(cursor):
    """1 in 20 is refused, 1 in 20 unmatched, none failed."""
    for start in range(0, ROWS, ROWS // 10):
        execute_over(
            cursor,
            range(start + 1, start + ROWS // 10 + 1),
            "INSERT INTO deliveries"
            " (delivery_id, request_id, api_id, received, sent, outcome, status, call_from, call_to, cost)"
            " SELECT seq, LPAD(HEX(seq * 2654435761), 32, '0'), 1 + seq MOD 7 MOD 3,"
            " %s - INTERVAL (1000000 - seq) * 90 * 864 DIV 10000 SECOND, '{}',"
            " CASE seq MOD 20 WHEN 0 THEN 'refused' WHEN 1 THEN 'unmatched' ELSE 'billed' END, 200,"
            " 2002000000 + seq * 7919 MOD 330000, 8005550000 + seq * 31 MOD 100, 12.5 FROM numbers",
            [NOW],
        )
    cursor.execute("ANALYZE TABLE deliveries")
    cursor.fetchall()


DEEP = {"before": "2026-01-15T14:21:09", "before_id": "500000"}


@pytest.mark.parametrize("place", [{}, DEEP], ids=["first page", "deep page"])
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, PAGE),
        ({"api_id": "2"}, PAGE),
        ({"api_id": "9"}, 0),
        ({"outcome": "billed"}, PAGE),
        ({"outcome": "refused"}, PAGE),
        ({"outcome": "failed"}, 0),
        ({"did": "8005550031"}, PAGE),
        ({"did": "8885550119"}, 0),
        ({"since": "2025-12-10", "until": "2026-03-04"}, PAGE),
        ({"outcome": "billed", "until": "2026-01-20"}, PAGE),
        ({"outcome": "refused", "since": "2026-01-14", "until": "2026-01-16"}, PAGE),
        ({"request_id": "0" * 32}, 0),
    ],
    ids=str,
)
def test_a_page_of_the_log_reads_no_more_than_a_page(long_log, asked, found, place):
    filters, complaints = read_filters({**asked, **place})

    before = count_reads(long_log)
    listed = queries.list_deliveries(long_log, **filters, at_most=PAGE)
    reads = count_reads(long_log) - before

    assert complaints == {}
    assert len(listed) == found
    assert reads <= ENOUGH


def test_a_page_of_two_filters_reads_only_what_the_rarer_one_finds(long_log):
    for asked in ({"cid": "2002007919"}, {"cid": "2002007919", "did": "8005550031", "outcome": "billed"}):
        before = count_reads(long_log)
        queries.list_deliveries(long_log, **read_filters(asked)[0], at_most=PAGE)
        assert count_reads(long_log) - before <= 20


@pytest.mark.parametrize("name", ["count_deliveries", "count_deliveries_by_time"])
def test_the_counts_of_a_day_read_that_day_of_one_index_and_no_row(long_log, name):
    values = {"since": NOW - timedelta(days=8), "until": NOW - timedelta(days=7)}
    seconds = {"seconds": 3600} if name == "count_deliveries_by_time" else {}

    plan = explain(long_log.cursor(), STATEMENTS[name], {**values, **seconds})[0]
    counts = getattr(queries, name)(long_log, **values, **seconds)

    assert (plan["type"], plan["key"]) == ("range", "received")
    assert "Using index" in plan["Extra"].split("; ")
    assert sum(count.deliveries for count in counts) == pytest.approx(ROWS / 90, abs=1)


def test_a_replay_is_found_by_reading_one_second_of_the_log(long_log):
    before = count_reads(long_log)
    queries.find_replay(long_log, 500_000, NOW - timedelta(days=45))

    assert count_reads(long_log) - before <= 10


def test_the_last_deliveries_of_a_key_are_read_from_their_end(long_log):
    before = count_reads(long_log)
    last = queries.list_last_deliveries(long_log, 2, NOW - timedelta(days=7), NOW - timedelta(minutes=30), 20)

    assert len(last) == 20
    assert count_reads(long_log) - before <= 2 * 20


def test_counting_an_hour_of_a_key_reads_that_hour(long_log):
    before = count_reads(long_log)
    count = queries.count_key_deliveries(long_log, 2, NOW - timedelta(days=14, hours=1), NOW - timedelta(days=14))

    assert count > 100
    assert count_reads(long_log) - before <= count + 10


def test_late_deliveries_are_looked_for_in_one_day(long_log):
    before = count_reads(long_log)
    late = queries.measure_late_deliveries(long_log, NOW - timedelta(days=1), 900_000)

    assert late == queries.LateDeliveries(0, 0)
    assert count_reads(long_log) - before <= ROWS / 90 + 10


@pytest.mark.parametrize(("outcome", "found"), [("billed", 20), ("unmatched", 20), ("failed", 0)])
def test_the_newest_calls_are_found_by_reading_no_more_than_them(long_log, outcome, found):
    before = count_reads(long_log)
    listed = queries.list_newest_calls(long_log, outcome, NOW - timedelta(days=1), 20)

    assert len(listed) == found
    assert count_reads(long_log) - before <= 2 * found + 5
