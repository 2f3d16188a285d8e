"""VICIdial's facts: which lead a call has, how long agents talked, and that the dialer is only read, and briefly."""

import re
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pymysql
import pytest
from click.testing import CliRunner
from pymysql.constants import CLIENT
from pymysql.cursors import DictCursor

from ingress import create_app
from ingress.__main__ import main
from ingress.config import parse_database_url
from ingress.database import queries
from ingress.database.pool import Database
from ingress.database.queries import Search
from tests.billing.report import report
from tests.calls import CALL, PATH
from tests.dialer import create_key_on
from tests.vicidial import DATABASE, make_vicidial_user, only_vicidial
from tools import ROOT

pytestmark = only_vicidial
UNIQUEID = "1709648510.10"
CALLED = datetime(2024, 3, 5, 14, 21, 50)


@pytest.fixture
def search():
    return Search("8005550142", "7205550134", CALLED, CALLED - timedelta(days=31), CALLED + timedelta(hours=3), CALLED)


@pytest.fixture
def find(dialer, search):
    """Find the call, an hour later unless told otherwise."""

    def find(after=timedelta(hours=1)):
        return queries.find_call(dialer.connection, search._replace(now=CALLED + after))

    return find


@pytest.fixture
def legs(dialer):
    """A call with legs, given by what is special about each; returns their leads."""

    def add(*legs):
        dialer.add_call(lead_id=None, uniqueid=UNIQUEID)
        leads = [dialer.add_lead() for _ in legs]
        for lead_id, leg in zip(leads, legs, strict=True):
            dialer.add_leg(UNIQUEID, lead_id, **leg)
        return leads

    return add


def at(clock):
    return {"call_date": f"2024-03-05 {clock}"}


OTHER = {"phone_number": "2125550188"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (at("14:22:00"), {**OTHER, **at("14:23:00")}),
        ({"status": "DROP"}, {**OTHER, "status": "SALE"}),
        (at("14:22:00"), {**at("14:23:00"), "status": "DROP"}),
        (at("14:22:00"), {**at("14:23:00"), "status": "AFTHRS"}),
        (at("14:22:00"), {**at("14:23:00"), "status": "NANQUE"}),
        (at("14:22:00"), {**at("14:23:00"), "status": "QUEUE"}),
        ({**at("14:22:00"), "status": "INCALL"}, {**at("14:23:00"), "status": "HOLDTO"}),
        (at("14:23:00"), at("14:22:00")),
        ({"status": "DROP"}, {"call_date": "2024-03-06 14:21:51"}),
        ({"status": "DROP"}, at("13:21:49")),
    ],
    ids=[
        *(
            "of this caller",
            "of this caller though dropped",
            "not dropped",
            "not after hours",
            "no queue",
            "not waiting",
        ),
        *("while an agent talks", "the newest", "not a day later", "not an hour before"),
    ],
)
@pytest.mark.parametrize("order", [1, -1], ids=["logged first", "logged last"])
def test_of_several_legs_the_first_decides_the_lead(legs, find, first, second, order):
    lead_id = legs(*[first, second][::order])[::order][0]

    assert find().lead_id == lead_id


def test_a_leg_of_another_caller_is_better_than_none(legs, find):
    """An agent may have changed the number of the lead."""
    (lead_id,) = legs(OTHER)

    assert find().lead_id == lead_id


def test_a_call_without_a_leg_is_found_when_it_is_an_hour_old(legs, find):
    legs()

    assert find(timedelta(minutes=59, seconds=59)) is None
    assert find(timedelta(hours=1)) == (UNIQUEID, None, None, None)


def test_an_older_call_is_not_found_in_place_of_one_in_a_menu(dialer, legs, find):
    dialer.add_call(CALLED - timedelta(days=1))
    legs()

    assert find(timedelta(minutes=1)) is None


def test_a_call_in_a_menu_gets_its_lead_later(dialer, app, post):
    now = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    dialer.add_call(now, lead_id=None, uniqueid=UNIQUEID)
    answer = post(json={"cost": "12.5"})
    lead_id = dialer.add_lead()
    dialer.add_leg(UNIQUEID, lead_id, now + timedelta(seconds=40))

    matched = app.test_cli_runner().invoke(args=["match"]).output

    assert (answer.status_code, answer.json["lead"]) == (200, None)
    assert matched == report(matched=1, updated=1)
    assert dialer.lead_cost(lead_id) == 12.5


@pytest.mark.parametrize(
    ("code", "vendor_id"),
    [("14962", 14962), ("0007", 7), ("ACME-7", None), ("", None), (None, None), ("12345678901", None), ("1.5", None)],
)
def test_the_vendor_is_the_vendor_lead_code_where_that_is_a_small_number(dialer, find, code, vendor_id):
    dialer.add_call(lead_id=dialer.add_lead(vendor_id=code))

    assert find().vendor_id == vendor_id


def test_the_call_is_known_by_its_uniqueid_with_its_dot(dialer, post, log):
    dialer.add_call(uniqueid=UNIQUEID)

    post(json=CALL)

    assert log()[0]["call_log_id"] == UNIQUEID


TALKS = {
    "what is left of the queue": ([{"length_in_sec": 100, "queue_seconds": 10.4}], 90),
    "of all legs with an agent": ([{"length_in_sec": 60, "status": "XFER"}, {"length_in_sec": 50}], 90),
    "not of a leg that was dropped": ([{"length_in_sec": 300, "status": "DROP"}], 0),
    "not of a call that repeats its uniqueid": ([{"length_in_sec": 30}, {**OTHER, "length_in_sec": 300}], 20),
    "of a leg with a changed number": ([{**OTHER, "length_in_sec": 30}], 20),
    "not of a leg that goes on": ([{"length_in_sec": None}], 0),
    "nothing without a leg": ([], 0),
}


@pytest.mark.parametrize(("given", "seconds"), TALKS.values(), ids=TALKS)
def test_the_talk_time_is(dialer, legs, search, given, seconds):
    legs(*given)

    ((_, call),) = queries.list_calls(dialer.connection, {1: search})

    assert (call.call_log_id, call.sec_talk) == (UNIQUEID, seconds)
    assert type(call.sec_talk) is int


@pytest.mark.slow
def test_the_lock_of_a_lead_without_a_row_makes_it(dialer, vicidial_tables):
    owner, _ = vicidial_tables
    lead_id = dialer.add_lead()
    dialer.connection.begin()

    cost = queries.lock_lead(dialer.connection, lead_id)

    assert cost is None
    with owner.connect() as other, pytest.raises(pymysql.OperationalError, match="Lock wait"):
        queries.update_lead_cost(other, lead_id, 1)
    dialer.connection.rollback()
    assert dialer.lead_cost(lead_id) is None


@pytest.mark.usefixtures("way_of_billing")
def test_many_calls_of_a_new_lead_at_once_make_one_row(dialer, app, key):
    lead_id = dialer.add_lead()
    dialer.add_call(lead_id=lead_id)
    answers = []

    def bill(number):
        call = {**CALL, "cost": number, "idempotency_key": str(number)}
        answers.append(app.test_client().post(PATH, headers=key, json=call))

    threads = [threading.Thread(target=bill, args=[number]) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [(answer.status_code, answer.json["updated"], answer.json["first_contact"]) for answer in answers] == [
        (200, 1, 1)
    ] * 8
    assert dialer.lead_cost(lead_id) == dialer.first_contact_cost(lead_id) in range(1, 9)
    assert dialer.execute("SELECT COUNT(*) AS leads FROM leads").fetchone()["leads"] == 1


@pytest.mark.parametrize(("processes", "limit"), [("1", 4), ("2", 2), ("3", 1), ("16", 1)])
def test_the_processes_share_the_limit_of_look_ups(dialer, monkeypatch, processes, limit):
    monkeypatch.setenv("WEB_CONCURRENCY", processes)

    assert create_app().extensions["look_ups"].limit == limit


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE asterisk.vicidial_did_log SET extension = ''",
        "DELETE FROM asterisk.vicidial_closer_log",
        "INSERT INTO asterisk.vicidial_list (phone_number) VALUES ('')",
        "SELECT phone_number FROM asterisk.vicidial_list",
        "SELECT channel FROM asterisk.vicidial_did_log",
        "SELECT * FROM asterisk.vicidial_users",
        "UPDATE cost_changes SET cost_to = 0",
        "DROP VIEW tldialer_call_log",
        "LOCK TABLES asterisk.vicidial_did_log READ",
    ],
)
def test_the_service_may_do_nothing_but_what_it_needs(dialer, app, statement):
    with app.extensions["database"].connection() as connection, pytest.raises(pymysql.OperationalError, match="denied"):
        connection.cursor().execute(statement)


@pytest.fixture
def granted(dialer, vicidial_server):
    """The URLs of the users that `ingress grants` makes, on a server that has only the dialer's database."""
    users = {role: f"granted_{role}@127.0.0.1" for role in ("user", "owner", "reader")}
    options = [f"--{option}={value}" for option, value in users.items()]
    script = CliRunner().invoke(main, ["grants", *options, "--database=granted_test"]).output
    with vicidial_server.admin(client_flag=CLIENT.MULTI_STATEMENTS) as connection, connection.cursor() as cursor:
        dropped = "".join(f"DROP USER IF EXISTS {user};" for user in users.values())
        cursor.execute(f"DROP DATABASE IF EXISTS granted_test; {dropped} {script}")
        while cursor.nextset():
            pass
    return dict(
        re.findall(r"^-- (\w+): (mysql\S+)", script.replace(":3306/", f":{vicidial_server.port}/"), re.MULTILINE)
    )


def test_the_users_that_grants_prints_do_their_work(granted, monkeypatch):
    monkeypatch.setenv("TLDIALER_DATABASE_URL", granted["service"])
    app = create_app()
    with app.extensions["database"].connection() as connection:
        key = create_key_on(connection)

    ready = app.test_client().get("/readyz")
    answer = app.test_client().post(PATH, headers=key, json=CALL)

    assert (ready.json, answer.status_code) == ({"status": "ready"}, 200)
    assert Database(parse_database_url(granted["owner"]), "vicidial").apply_schema() == []
    with Database(parse_database_url(granted["reader"]), "vicidial").connect() as connection:
        assert connection.cursor().execute("SELECT * FROM inbound_costs") == 1


def test_grants_refuses_an_unknown_dialer(dialer, monkeypatch):
    monkeypatch.setenv("DIALER", "asterisk")

    result = CliRunner().invoke(main, ["grants", "--user=ingress", "--database=ingress"])

    assert (result.exit_code, "DIALER must be one of: tldialer, vicidial." in result.output) == (2, True)


REPORTS = re.findall(r"^```sql\n(.*?)```", (ROOT / "docs" / "vicidial.md").read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def reader(dialer, vicidial_server):
    """Run a statement as the user for reports; `ingress` is this database."""
    url = make_vicidial_user(vicidial_server, role="reader", user="vicidial_reader")
    with Database(parse_database_url(url), "vicidial").connect() as connection:

        def read(statement):
            cursor = connection.cursor(DictCursor)
            cursor.execute(statement.replace("ingress.", f"{DATABASE}."))
            return cursor.fetchall()

        yield read


def test_each_cost_has_its_in_group_agent_and_talk_time(dialer, post, reader):
    lead_id = dialer.add_call(uniqueid=UNIQUEID, lead_id=dialer.add_lead(vendor_id=7))
    dialer.add_leg(UNIQUEID, lead_id, "2024-03-05 14:23:00", campaign_id="ROOF", user="bob", length_in_sec=70)
    dialer.add_leg(UNIQUEID, lead_id, "2024-03-05 14:25:00", campaign_id="LATE", user="VDCL", status="DROP")
    post(json={**CALL, "notes": "RGB1"})
    post("/8005550142/7205550199", json={**CALL, "cost": "3"})

    found = reader("SELECT * FROM inbound_costs ORDER BY cost_id")

    assert [(row["cost"], row["sender"], row["outcome"], row["notes"]) for row in found] == [
        (Decimal("12.5000"), "test", "billed", "RGB1"),
        (3, "test", "unmatched", None),
    ]
    assert [row["call_log_id"] for row in found] == [UNIQUEID, None]
    assert [(row["lead_id"], row["vendor_id"], row["list_id"]) for row in found] == [(lead_id, 7, 999), (None,) * 3]
    assert [(row["in_group"], row["agent"], row["status"], row["sec_talk"]) for row in found] == [
        ("ROOF", "bob", "SALE", 60),
        (None,) * 4,
    ]


def test_a_corrected_cost_is_there_once_with_its_present_amount(dialer, post, reader):
    dialer.add_call()
    post(json=CALL)
    post(json={**CALL, "cost": "18.75"})

    assert [row["cost"] for row in reader("SELECT cost FROM inbound_costs")] == [Decimal("18.7500")]


@pytest.mark.parametrize("report", REPORTS)
def test_each_documented_report_shows_the_cost_of_yesterday(dialer, post, reader, report):
    """The dialer's names of things are missing here, and no report leaves a cost out for that."""
    yesterday = dialer.execute("SELECT CURDATE() - INTERVAL 1 DAY + INTERVAL 1 HOUR AS time").fetchone()["time"]
    dialer.add_call(yesterday)
    post(json={"cost": "12.5", "call_date": str(yesterday)})

    assert [row["cost"] for row in reader(report)] == [Decimal("12.5000")]
