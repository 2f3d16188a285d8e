"""The dialer's call log is locked or slow: calls are billed all the same, at once, and matched later."""

import threading
import time

import pytest

from ingress import create_app
from ingress.config import parse_database_url
from ingress.database import look_ups
from ingress.database.look_ups import CallLogBusy, LookUps
from ingress.database.pool import Database
from tests.billing.report import report
from tests.calls import CALL, PATH
from tests.dialer import create_key_on
from tests.vicidial import both_dialers

pytestmark = pytest.mark.slow

LOG = {"tldialer": "ingress_test.tldialer_call_log", "vicidial": "asterisk.vicidial_did_log"}
WAIT = 1  # seconds that a statement waits for a lock


@pytest.fixture
def locked_log(dialer, dialer_name, server, tables):
    """Called, another connection locks the dialer's log as its archiver does; closed, that connection ends."""
    admin = server.admin() if server else tables.connect()

    def lock():
        admin.cursor().execute(f"LOCK TABLES {LOG[dialer_name]} WRITE")
        return admin

    with admin:
        yield lock


@pytest.fixture
def ready(post):
    """The service has looked at its database, and has billed a call."""
    assert post(json={"cost": 1}).status_code == 200


@pytest.fixture
def match(app):
    def match():
        result = app.test_cli_runner().invoke(args=["match"])
        return result.exit_code, result.output

    return match


def timed(send):
    began = time.monotonic()
    return send(), time.monotonic() - began


@both_dialers
@pytest.mark.usefixtures("ready", "way_of_billing")
def test_a_call_is_billed_without_its_lead_while_the_log_is_locked(dialer, post, log, locked_log):
    dialer.add_call()
    locked_log()

    answer, seconds = timed(lambda: post(json=CALL))

    assert (answer.status_code, answer.json["lead"], answer.json["updated"]) == (200, None, 0)
    assert log()[-1]["outcome"] == "unmatched"
    assert WAIT <= seconds < 2 * WAIT
    assert len(dialer.costs()) == 2


@pytest.mark.usefixtures("ready")
def test_the_next_calls_do_not_wait_for_the_lock(dialer, post, locked_log):
    locked_log()
    post(json=CALL)

    answers = [timed(lambda: post(json={"cost": 1})) for _ in range(3)]

    assert all(answer.status_code == 200 and seconds < WAIT / 2 for answer, seconds in answers)


@both_dialers
def test_a_service_that_starts_while_the_log_is_locked_bills_and_warns(dialer, make_client, key, locked_log):
    locked_log()
    client = make_client()

    answer = client.post(PATH, headers=key, json=CALL)
    ready = client.get("/readyz")

    assert answer.status_code == ready.status_code == 200
    assert ready.json == {"status": "ready", "warnings": [look_ups.WARNING]}


@both_dialers
@pytest.mark.usefixtures("ready")
def test_match_leaves_the_calls_while_the_log_is_locked_and_finds_them_afterwards(
    dialer, client, post, match, locked_log, monkeypatch
):
    dialer.execute("DELETE FROM deliveries")
    lead_id = dialer.add_call()
    connection = locked_log()
    post(json=CALL)
    monkeypatch.setattr(look_ups, "WARN_SECONDS", 0)
    left = match()
    connection.cursor().execute("UNLOCK TABLES")
    client.application.extensions["look_ups"].next_try = 0

    found = match()

    assert left[0] == 1 and "left for the next" in left[1]
    assert found == (0, report(matched=1, updated=1))
    assert dialer.lead_cost(lead_id) == 12.5
    assert client.get("/readyz").json == {"status": "ready"}


@pytest.mark.usefixtures("ready")
def test_calls_are_looked_up_again_when_the_log_is_free(dialer, post, locked_log, monkeypatch, caplog):
    monkeypatch.setattr(look_ups, "RETRY_SECONDS", 0)
    lead_id = dialer.add_call()
    connection = locked_log()
    post(json=CALL)
    connection.cursor().execute("UNLOCK TABLES")

    answer = post(json={**CALL, "idempotency_key": "another"})

    assert answer.json["lead"]["lead_id"] == str(lead_id)
    assert [record.message for record in caplog.records if "call log" in record.message] == [
        look_ups.WARNING,
        "the call log answers again",
    ]


@pytest.fixture
def slow_log(mortal_server):
    """A database whose call log takes longer than a statement may, and its service."""
    with mortal_server.admin() as connection:
        connection.cursor().execute("DROP DATABASE IF EXISTS slow_test")
        url = mortal_server.create_database("slow_test")
        connection.cursor().execute(r"GRANT SHOW VIEW ON `slow\_test`.* TO ingress")
        Database(parse_database_url(url)).apply_schema()
        connection.select_db("slow_test")
        cursor = connection.cursor()
        cursor.execute("RENAME TABLE tldialer_call_log TO real_call_log")
        cursor.execute("CREATE VIEW tldialer_call_log AS SELECT * FROM real_call_log WHERE SLEEP(2) = 0")
        cursor.execute(
            "INSERT INTO real_call_log (call_date, call_direction, call_from, call_to)"
            " VALUES ('2024-03-05 14:21:50', 'INBOUND', '7205550134', '8005550142')"
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TLDIALER_DATABASE_URL", url)
            yield create_app()


def test_a_call_is_billed_in_time_when_its_look_up_takes_too_long(slow_log, way_of_billing):
    with slow_log.extensions["database"].connection() as connection:
        key = create_key_on(connection)

    answer, seconds = timed(lambda: slow_log.test_client().post(PATH, headers=key, json=CALL))

    assert (answer.status_code, answer.json["lead"]) == (200, None)
    assert seconds < 4.5


def test_no_more_look_ups_run_at_once_than_the_limit(monkeypatch):
    monkeypatch.setattr(look_ups, "SLOT_SECONDS", 0.05)
    limited, done = LookUps(limit=1), threading.Event()

    def look_up():
        with limited.guard():
            done.wait(5)

    first = threading.Thread(target=look_up)
    first.start()
    with pytest.raises(CallLogBusy), limited.guard():
        pass
    done.set()
    first.join()

    assert limited.list_warnings() == [look_ups.WARNING]
