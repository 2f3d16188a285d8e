"""VICIdial's log with a million calls: each statement reads a few rows of it, through the index on the caller."""

from datetime import datetime, timedelta

import pytest

from ingress.config import parse_database_url
from ingress.database import queries
from ingress.database.pool import Database
from ingress.database.queries import Search
from tests.statements import count_reads, execute_over
from tests.vicidial import make_vicidial
from tools import STATE
from tools.private_server import PrivateServer

pytestmark = pytest.mark.slow

DATABASE = "ingress_vicidial_long_test"
NOW = datetime(2024, 3, 5, 14, 21, 50)
ROWS, LEG_ROWS = 1_000_000, 100_000
CALLS = f"""
    INSERT INTO asterisk.vicidial_did_log
      (uniqueid, channel, server_ip, caller_id_number, extension, call_date)
    SELECT
      CONCAT(1700000000 + seq * 2, '.', seq), 'SIP/trunk-1', '10.0.0.1',
      CONCAT(IF(seq MOD 2, '1', ''), 2002000000 + seq MOD 330000), CONCAT('1', 8005550000 + seq MOD 100),
      '{NOW}' - INTERVAL seq * 2 SECOND
    FROM numbers
"""
LEGS = f"""
    INSERT INTO asterisk.vicidial_closer_log
      (uniqueid, lead_id, call_date, phone_number, status, user, campaign_id, length_in_sec)
    SELECT
      CONCAT(1700000000 + seq * 2, '.', seq), 1 + seq MOD 1000, '{NOW}' - INTERVAL seq * 2 SECOND,
      2002000000 + seq MOD 330000, 'SALE', 'ann', 'SOLAR', 100
    FROM numbers
"""
LEADS = "INSERT INTO asterisk.vicidial_list (phone_number) SELECT 2002000000 + seq FROM numbers"


@pytest.fixture(scope="module")
def long_log():
    """A connection to a dialer with a million calls, made once and kept, on a server of its own."""
    with PrivateServer(STATE / "test" / "long_vicidial") as server:
        with server.admin() as owner, owner.cursor() as cursor:
            if not is_filled(cursor):
                make_vicidial(server, DATABASE)
                owner.select_db("asterisk")
                for statement, rows in ((CALLS, ROWS), (LEGS, LEG_ROWS), (LEADS, 1000)):
                    execute_over(cursor, range(1, rows + 1), statement)
                cursor.execute("ANALYZE TABLE asterisk.vicidial_did_log, asterisk.vicidial_closer_log")
        with Database(parse_database_url(server.url(DATABASE)), "vicidial").connect() as connection:
            queries.find_call(connection, search_for("2002000001", "8005550001"))  # opens tables and their statistics
            yield connection


def is_filled(cursor):
    cursor.execute(
        "SELECT SUM(table_rows) FROM information_schema.tables"
        " WHERE table_schema = 'asterisk' AND table_name IN ('vicidial_did_log', 'vicidial_closer_log')"
    )
    return cursor.fetchone()[0] == ROWS + LEG_ROWS


def search_for(cid, did):
    return Search(did, cid, NOW, NOW - timedelta(days=31), NOW + timedelta(hours=3), NOW)


def count_reads_of(connection, query):
    """Return what a query finds, and how much the server reads for that."""
    before = count_reads(connection)
    found = query()
    return found, count_reads(connection) - before


PAIRS = pytest.mark.parametrize(
    ("cid", "did"), [("2002000011", "8005550011"), ("9995550134", "8005550042")], ids=["known", "never seen"]
)


@PAIRS
def test_finding_a_call_reads_no_more_than_the_callers_calls(long_log, cid, did):
    call, reads = count_reads_of(long_log, lambda: queries.find_call(long_log, search_for(cid, did)))

    assert call == (("1700000022.11", 12, None, None) if cid.startswith("2") else None)
    assert reads <= 40


@PAIRS
def test_finding_the_nearest_call_reads_no_more_than_the_callers_calls(long_log, cid, did):
    call, reads = count_reads_of(long_log, lambda: queries.find_nearest_call(long_log, did, cid, NOW))

    assert (call is not None) == cid.startswith("2")
    assert reads <= 60


def test_looking_calls_up_for_an_invoice_reads_no_more_than_the_callers_calls(long_log):
    searches = {n: search_for(str(2002000000 + n), str(8005550000 + n)) for n in range(1, 6)}

    found, reads = count_reads_of(long_log, lambda: queries.list_calls(long_log, searches))

    assert [(found.search, found.call.sec_talk) for found in found] == [(n, 100) for n in searches]
    assert reads <= 5 * 40
