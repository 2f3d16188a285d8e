"""The SQL itself, against the real server: its headers are true, and the look-up stays fast when the log is long."""

import inspect
import re
from datetime import datetime, timedelta

import pytest

from ingress.database import queries
from ingress.database.queries import Search
from ingress.sql import SQL, load_statements
from tests.conftest import make_long_database
from tests.servers import IS_MARIADB
from tests.statements import (
    DIALERS,
    FILES,
    NOT_A_STATEMENT,
    STATEMENTS,
    count_reads,
    execute_over,
    explain,
    find_file,
    open_tables,
    read_header,
    text_of,
)

NOW = datetime(2026, 3, 5, 14, 0, 0)
ROWS = 1_000_000
OF_ANOTHER_SERVER = set() if IS_MARIADB else {"bill_at_once"}

VALUES = {
    "api_id": 1,
    "key_hash": "0" * 64,
    "expected_hash": "0" * 64,
    "old_until": NOW,
    "name": "ringba",
    "endpoints": None,
    "ip_addresses": None,
    "time_zone": None,
    "sender": "callrail",
    "created": NOW,
    "last_used": NOW,
    "failed": NOW,
    "failed_from": "203.0.113.7",
    "enabled": 1,
    "scope": "ingress",
    "did": "8005550142",
    "cid": "7205550134",
    "call_date": NOW,
    "since": NOW - timedelta(days=31),
    "until": NOW + timedelta(hours=3),
    "date_billed": NOW,
    "cost": "12.5000",
    "method_id": 1,
    "ip_address": "::1",
    "call_from": "7205550134",
    "call_to": "8005550142",
    "notes": None,
    "lead_id": 1,
    "delivery_key": b"key RGB7F31",
    "fingerprint": "",
    "received": NOW,
    "sent": "{}",
    "request_id": "0" * 32,
    "outcome": "refused",
    "status": 400,
    "error": None,
    "answered": "{}",
    "replay_of": None,
    "duplicate_of": None,
    "milliseconds": 1,
    "call_log_id": None,
    "delivery_id": 1,
    "cost_id": 1,
    "vendor_id": None,
    "account_id": None,
    "updated": 0,
    "first_contact": 0,
    "before": NOW,
    "matched": NOW,
    "before_id": 1,
    "at_most": 51,
    "seconds": 3600,
    "first": 1,
    "last": 20_000,
    "behind": 0,
    "search": 1,
    "on_change": "correct",
    "changed": NOW,
    "cost_from": "25.0000",
    "cost_to": "18.7500",
    "changed_by": "ringba",
    "reason": "another amount was sent",
    "callers": ["7205550134", "17205550134"],
    "dids": ["8005550142"],
    "match_before": 31 * 86_400,
    "match_after": 3 * 3_600,
    "min_seconds": 90,
    "with_calls": 1,
    "is_looked_up": 0,
    "is_cluster": 1,
    "now": NOW,
}

files = pytest.mark.parametrize("file", FILES)


@files
def test_each_statement_has_a_function_of_its_name(file):
    function = getattr(queries, file.rpartition("/")[2])

    assert next(iter(inspect.signature(function).parameters)) == "connection"


@files
def test_each_file_is_one_statement_and_states_its_purpose(file):
    purpose, _, _ = read_header(file)

    assert re.match(r"[A-Z].*\.$", purpose)
    assert ";" not in text_of(file) or file == "bill_at_once"


@files
def test_the_header_names_the_parameters_that_are_used(file):
    _, takes, _ = read_header(file)

    assert sorted(takes) == sorted(set(re.findall(r"%\((\w+)\)s", text_of(file))))


@pytest.mark.parametrize(
    ("dialer_name", "name"),
    [
        (dialer, name)
        for dialer in DIALERS
        for name in sorted(load_statements(dialer).texts.keys() - NOT_A_STATEMENT - OF_ANOTHER_SERVER)
    ],
    indirect=["dialer_name"],
)
def test_the_header_names_the_columns_of_a_real_execution(dialer, dialer_name, name):
    _, takes, returns = read_header(find_file(dialer_name, name))

    cursor = dialer.connection.cursor()
    cursor.execute(load_statements(dialer_name).texts[name], VALUES if takes else None)

    assert returns == [column[0] for column in cursor.description or []]


def test_the_typed_rows_have_the_columns_of_their_statement():
    for name, row in {
        "find_api_key": queries.ApiKey,
        "list_api_keys": queries.ListedApiKey,
        "find_call": queries.Call,
        "find_logged_delivery": queries.LoggedDelivery,
        "list_unmatched_deliveries": queries.UnmatchedDelivery,
        "find_nearest_call": queries.NearestCall,
        "list_deliveries": queries.ListedDelivery,
        "list_delivery_keys": queries.DeliveryKey,
        "find_cost": queries.FoundCost,
        "find_billed_delivery": queries.BilledDelivery,
        "find_newest_cost": queries.NewestCost,
        "find_last_amount": queries.LastAmount,
        "list_cost_changes": queries.ListedCostChange,
        "list_calls": queries.LoggedCall,
        "list_raises": queries.Raise,
        "list_newest_calls": queries.ReportedCall,
    }.items():
        assert all(list(row._fields) == read_header(find_file(dialer, name))[2] for dialer in DIALERS)


def test_no_table_or_column_name_stands_in_python():
    tables = re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", (SQL / "schema.sql").read_text())

    for path in (SQL.parent / "ingress").rglob("*.py"):
        assert not [table for table in tables if re.search(rf"(FROM|INTO|UPDATE|JOIN) {table}", path.read_text())]


def test_many_searches_find_what_each_finds_alone(dialer):
    for minute in range(0, 60, 7):
        dialer.add_call(NOW.replace(minute=minute), call_to="+18005550142")
        dialer.add_call(NOW.replace(minute=minute))
        dialer.add_call(NOW.replace(minute=minute), call_from="17205550199")
    searches = {
        minute * 3 + number: Search("8005550142", cid, called, NOW.replace(minute=minute // 2), called, NOW)
        for minute, called in ((minute, NOW.replace(minute=minute)) for minute in range(60))
        for number, cid in enumerate(("7205550134", "7205550199", "7205550100"))
    }

    found = queries.list_calls(dialer.connection, searches)

    alone = []
    for number, search in searches.items():
        call = queries.find_call(dialer.connection, search)
        if call:
            alone.append((number, call.call_log_id))
    assert sorted((found.search, found.call.call_log_id) for found in found) == sorted(alone)
    assert alone


def insert_cost(dialer, minute, cid, did):
    dialer.execute(
        "INSERT INTO call_costs (date_billed, cost, method, method_id, call_date, call_from, call_to, notes)"
        " VALUES (%s, 12.3456, 'ingress', 1, %s, %s, %s, ' RGB1 ')",
        *(NOW, NOW.replace(minute=minute), cid, did),
    )


def list_all_costs(dialer, **values):
    return queries.list_costs(
        dialer.connection,
        **{
            "first": 0,
            "last": 2**40,
            "method_id": 1,
            "since": NOW - timedelta(days=1),
            "until": NOW + timedelta(days=1),
            "match_before": 600,
            "match_after": 300,
            "min_seconds": 0,
            "with_calls": 1,
            **values,
        },
    )


def test_a_cost_has_a_call_where_a_search_finds_one(dialer):
    for minute, cid, did in ((10, "7205550134", "+18005550142"), (20, "17205550199", "8005550142")):
        dialer.add_call(NOW.replace(minute=minute), call_from=cid, call_to=did)
        dialer.add_call(NOW.replace(minute=minute + 20), call_from=cid, call_to=did, call_direction="OUTBOUND")
    for minute in range(60):
        for cid in ("7205550134", "7205550199", "7205550100"):
            insert_cost(dialer, minute, cid, "8005550142")

    found = list_all_costs(dialer)

    def has_call(cost):
        called = datetime(1970, 1, 1) + timedelta(seconds=int(cost.called))
        span = (called - timedelta(seconds=600), called + timedelta(seconds=300))
        return queries.find_call(dialer.connection, Search(cost.did, cost.cid, called, *span, NOW)) is not None

    assert [cost.has_call == "1" for cost in found] == [has_call(cost) for cost in found]
    assert {cost.has_call for cost in found} == {"0", "1"}
    assert {(cost.cost, cost.notes) for cost in found} == {("123456", "RGB1")}


@pytest.mark.parametrize(("min_seconds", "has_call"), [(0, "1"), (60, "1"), (61, "2")])
def test_a_cost_says_if_its_call_may_be_too_short(dialer, min_seconds, has_call):
    dialer.add_call(NOW)
    dialer.set_talk(60)
    insert_cost(dialer, 0, "7205550134", "8005550142")

    assert [cost.has_call for cost in list_all_costs(dialer, min_seconds=min_seconds)] == [has_call]


@pytest.mark.parametrize("collation", ["latin1_swedish_ci", "utf8mb4_bin", "utf8mb4_unicode_ci"])
def test_the_calls_of_costs_can_be_found_through_the_index_in_any_collation(dialer, collation):
    character_set = collation.partition("_")[0]
    convert = "ALTER TABLE tldialer_call_log CONVERT TO CHARACTER SET {} COLLATE {}"
    before = dialer.execute("SHOW TABLE STATUS LIKE 'tldialer_call_log'").fetchone()["Collation"]
    dialer.execute(convert.format(character_set, collation))
    try:
        plan = explain(dialer.connection.cursor(), STATEMENTS["list_costs"], {**VALUES, "last": 2**40})
    finally:
        dialer.execute(convert.format(before.partition("_")[0], before))

    assert {step["possible_keys"] for step in plan if step["table"] == "c"} == {"pair_and_date"}


@pytest.fixture(scope="module")
def long_log(long_server, tables):
    """A connection to a call log of a million rows, made once and kept."""
    database = make_long_database(long_server, tables, "ingress_long_log_test")
    database.apply_schema()
    owner = long_server.admin() if long_server else tables.connect()
    with owner, owner.cursor() as cursor:
        owner.select_db(database.url.database)
        cursor.execute("SELECT COUNT(*) FROM tldialer_call_log")
        if cursor.fetchone()[0] != ROWS:
            fill_log(cursor)
    with database.connect() as connection:
        open_tables(connection, "tldialer_call_log", "leads")
        yield connection


def fill_log(cursor):
    """33,000 calls a day from callers who call three times each, over the owner's connection, which has no time-out."""
    cursor.execute("DELETE FROM tldialer_call_log")
    for start in range(0, ROWS, ROWS // 20):
        execute_over(
            cursor,
            range(start + 1, start + ROWS // 20 + 1),
            "INSERT INTO tldialer_call_log (call_date, call_direction, call_from, call_to)"
            " SELECT %s - INTERVAL seq * 2 SECOND, IF(seq %% 11, 'OUTBOUND', 'INBOUND'),"
            " 2002000000 + seq %% 330000, 8005550000 + seq %% 100 FROM numbers",
            [NOW],
        )
    cursor.execute("ANALYZE TABLE tldialer_call_log")
    cursor.fetchall()


PAIRS = pytest.mark.parametrize(
    ("cid", "did"), [("2002000011", "8005550011"), ("9995550134", "8005550142")], ids=["known", "never seen"]
)


@PAIRS
def test_the_plan_of_the_search_is_a_few_rows_through_the_index(long_log, cid, did):
    plan = explain(long_log.cursor(), STATEMENTS["find_call"], {**VALUES, "cid": cid, "did": did})[0]

    assert (plan["table"], plan["type"], plan["key"]) == ("c", "range", "pair_and_date")
    assert int(plan["rows"]) <= 20


@PAIRS
def test_the_search_reads_no_more_than_a_few_rows(long_log, cid, did):
    before = count_reads(long_log)
    call = queries.find_call(long_log, Search(did, cid, NOW, VALUES["since"], VALUES["until"], NOW))
    reads = count_reads(long_log) - before

    assert (call is not None) == cid.startswith("2")
    assert reads <= 40


@PAIRS
def test_finding_the_nearest_call_reads_no_more_than_the_callers_calls(long_log, cid, did):
    before = count_reads(long_log)
    call = queries.find_nearest_call(long_log, did, cid, NOW)
    reads = count_reads(long_log) - before

    assert (call is not None) == cid.startswith("2")
    assert reads <= 60
