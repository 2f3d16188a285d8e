"""A wrong TLDIALER_TIMEZONE is told by the distance at which the calls of most deliveries stand in the log."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pymysql
import pytest

from ingress import create_app
from ingress.monitoring import time_zone
from tests.conftest import URL
from tests.console.pages import CONSOLE_SECRET, reason_of, sign_in

STARTED = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)  # winter, so that no summer time is in the way
EASTERN, INDIAN, NEPALESE = "America/New_York", "Asia/Kolkata", "Asia/Kathmandu"


@pytest.fixture
def service(dialer, key, monkeypatch):
    """A service with this TLDIALER_TIMEZONE, in winter; its `send` reports calls that the log has in another zone."""
    monkeypatch.setattr(time_zone, "LOOK_SECONDS", 0)
    monkeypatch.setenv("CONSOLE_SECRET", CONSOLE_SECRET)
    monkeypatch.setattr(time_zone, "dialer_now", lambda: datetime(2026, 1, 16))

    def make(zone, **settings):
        monkeypatch.setenv("TLDIALER_TIMEZONE", zone)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        return Service(dialer, key, create_app())

    return make


class Service:
    def __init__(self, dialer, key, app):
        self.dialer, self.key, self.app, self.number = dialer, key, app, 0

    def send(self, zone, number=1, late=90, key=None):
        """Log calls on the clock of a zone, `late` seconds after the platform saw them (None: not at all)."""
        for _ in range(number):
            self.number += 1
            cid = f"720555{self.number:04}"
            began = STARTED + timedelta(minutes=7 * self.number)
            if late is not None:
                logged = (began + timedelta(seconds=late)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
                self.dialer.add_call(logged, call_from=cid)
            answer = self.app.test_client().post(
                f"{URL}/8005550142/{cid}", headers=key or self.key, json={"cost": 1, "call_date": began.isoformat()}
            )
            assert answer.status_code == 200
        self.dialer.execute("UPDATE deliveries SET received = call_date + INTERVAL 1 HOUR")

    def outcomes(self):
        rows = self.dialer.execute("SELECT outcome, COUNT(*) AS number FROM deliveries GROUP BY outcome").fetchall()
        return {row["outcome"]: row["number"] for row in rows}

    def warnings(self):
        answer = self.app.test_client().get("/readyz")
        assert (answer.status_code, answer.json["status"]) == (200, "ready")
        return answer.json.get("warnings", [])


@pytest.mark.parametrize(
    ("setting", "clock", "outcome", "told"),
    [
        (EASTERN, "UTC", "unmatched", "exactly 5 h later: is TLDIALER_TIMEZONE=America/New_York right?"),
        ("UTC", EASTERN, "billed", "exactly 5 h earlier: is TLDIALER_TIMEZONE=UTC right?"),
        ("UTC", INDIAN, "unmatched", "exactly 5 h 30 min later: is TLDIALER_TIMEZONE=UTC right?"),
        ("UTC", NEPALESE, "unmatched", "exactly 5 h 45 min later: is TLDIALER_TIMEZONE=UTC right?"),
        (INDIAN, EASTERN, "billed", "exactly 10 h 30 min earlier: is TLDIALER_TIMEZONE=Asia/Kolkata right?"),
    ],
)
def test_a_wrong_zone_is_told_with_its_distance(service, setting, clock, outcome, told):
    service = service(setting)

    service.send(clock, 6)

    (warning,) = service.warnings()
    assert service.outcomes() == {outcome: 6}
    assert warning.startswith(f"6 of the 6 newest {outcome} deliveries have their calls in the call log {told}")


@pytest.mark.parametrize(("clock", "offset"), [("UTC", "+00:00"), (INDIAN, "+05:30"), ("America/Phoenix", "-07:00")])
def test_the_dialers_clock_is_told(service, clock, offset):
    service = service("Etc/GMT-3", CALL_MATCH_BEFORE="1h", CALL_MATCH_AFTER="1h")

    service.send(clock, 5)

    assert f"The dialer's clock seems to be UTC{offset}" in service.warnings()[0]


def test_a_right_zone_is_no_reason_to_warn(service):
    service = service(EASTERN)

    service.send(EASTERN, 6)
    service.send(EASTERN, 6, late=None)

    assert service.outcomes() == {"billed": 6, "unmatched": 6}
    assert service.warnings() == []


def test_a_few_calls_or_the_smaller_part_are_chance(service):
    service = service(EASTERN)

    service.send("UTC", 4)
    few = service.warnings()
    service.send("UTC")
    enough = service.warnings()
    service.send(EASTERN, 5, late=None)
    half = service.warnings()

    assert (few, len(enough), half) == ([], 1, [])


@pytest.mark.parametrize("late", [400, 5 * 60 + 1, -301])
def test_calls_that_are_not_at_a_whole_distance_say_nothing_of_zones(service, late):
    service = service(EASTERN)

    service.send("UTC", 6, late=late)

    assert service.warnings() == []


def test_calls_at_many_distances_say_nothing_of_zones(service):
    service = service(EASTERN)

    for hours in range(4, 12):
        service.send("UTC", late=(hours - 5) * 3600)

    assert service.outcomes() == {"unmatched": 8}
    assert service.warnings() == []


def test_a_key_whose_own_zone_may_be_wrong_is_named(service, create_key):
    service = service(EASTERN)
    service.send("UTC", 5)
    alone = service.warnings()[0]
    service.send("UTC", 1, key=create_key())

    doubt = f" All of them came with key {service.key['tld-api-id']}: its own time zone may be wrong instead."
    assert alone.endswith(doubt)
    assert "came with key" not in service.warnings()[0]


def test_the_console_says_so_on_its_first_page_and_at_such_a_delivery(service, create_key):
    service = service(EASTERN)
    service.send("UTC", 6)
    service.send("UTC", 1, late=3600)
    console = service.app.test_client()
    sign_in(console, create_key(name="ann", scope="admin")["tld-api-id"])
    first, *_, last = service.dialer.execute("SELECT delivery_id FROM deliveries ORDER BY delivery_id").fetchall()

    assert "6 of the 7 newest unmatched deliveries" in console.get("/console").text
    reason = reason_of(console, first["delivery_id"])
    other = reason_of(console, last["delivery_id"])

    told = (
        "5 h 1 min later. This call is exactly 5 h later, as 6 of the 7 newest unmatched deliveries are: is TLDIALER_T"
    )
    assert told in reason
    assert "6 h later." in other
    assert "TLDIALER_TIMEZONE" not in other


def test_an_answer_is_believed_for_a_minute(service, monkeypatch):
    monkeypatch.setattr(time_zone, "LOOK_SECONDS", 60)
    service = service(EASTERN)
    before = service.warnings()
    service.send("UTC", 6)

    assert (before, service.warnings()) == ([], [])
    service.app.extensions["offsets"].believed_until = 0
    assert len(service.warnings()) == 1


@pytest.mark.slow
def test_a_look_that_fails_leaves_the_service_ready(service, monkeypatch, caplog):
    def refuse(*args):
        raise pymysql.OperationalError(1969, "Query execution was interrupted (max_statement_time exceeded)")

    service = service(EASTERN)
    monkeypatch.setattr("ingress.database.queries.list_newest_calls", refuse)

    assert service.warnings() == []
    assert "whether TLDIALER_TIMEZONE is right was not found out" in caplog.text


def test_deliveries_of_more_than_a_day_ago_do_not_count(service, monkeypatch):
    service = service(EASTERN)
    service.send("UTC", 6)
    monkeypatch.setattr(time_zone, "dialer_now", lambda: datetime(2026, 1, 17))

    assert service.warnings() == []


def test_calls_that_are_reported_days_late_are_not_looked_up(service, monkeypatch):
    searches = []
    monkeypatch.setattr("ingress.database.queries.list_calls", lambda _, asked: searches.extend(asked.values()) or [])
    service = service(EASTERN)
    service.send("UTC", 2)
    service.dialer.execute("UPDATE deliveries SET call_date = '2003-03-05 14:21:09' ORDER BY delivery_id LIMIT 1")

    assert service.warnings() == []
    assert [search.call_date.year for search in searches] == [2026]
