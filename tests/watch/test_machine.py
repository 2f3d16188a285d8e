"""What the watch sees of the database and of this machine's spool."""

import pytest

from ingress import create_app
from ingress.spool import file, queue
from ingress.watch import machine
from ingress.watch.looking import look
from tests.calls import CALL


@pytest.fixture
def app(dialer, spool_folder):
    return create_app()


@pytest.fixture
def see(app, monkeypatch):
    """The alarms that are on, by name, and of which nothing is known."""
    monkeypatch.setattr(machine, "ASK_AGAIN_SECONDS", 0)

    def see():
        with app.app_context():
            alarms, unknown = look(None, with_senders=True)
        return {alarm.name: alarm for alarm in alarms}, unknown

    return see


@pytest.fixture
def wait_in_spool(app, post, outage):
    """Keep a request in the spool that came so many seconds ago."""

    def wait(seconds):
        post(json={**CALL, "cost": "free"})
        outage.begin()
        assert post(json=CALL).status_code == 202
        outage.end()
        with app.extensions["spool"].file.open() as connection:
            connection.execute(
                "UPDATE entries SET received = strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', ?)", [f"-{seconds} seconds"]
            )

    return wait


def test_nothing_is_on_when_all_is_well(see):
    assert see() == ({}, ())


def test_a_database_that_is_away_is_on_and_senders_are_unknown(see, outage):
    outage.begin()

    alarms, unknown = see()

    assert list(alarms) == ["database"]
    assert "away" in alarms["database"].meaning
    assert "202 and wait in the spool" in alarms["database"].meaning
    assert {"silent", "refused"} < {*unknown}


def test_a_database_that_is_back_after_a_moment_is_not_on(see, outage, monkeypatch):
    outage.begin()
    monkeypatch.setattr(machine.time, "sleep", lambda seconds: outage.end())

    assert see() == ({}, ())


def test_an_unfit_database_is_on_with_its_faults(see, tables, monkeypatch):
    with tables.connect() as owner:
        owner.cursor().execute("ALTER TABLE call_costs CHANGE notes remarks TEXT")
        try:
            alarms, _ = see()
        finally:
            owner.cursor().execute("ALTER TABLE call_costs CHANGE remarks notes TEXT")

    assert "insert_cost" in alarms["database"].meaning


@pytest.mark.parametrize(("seconds", "is_on"), [(890, False), (910, True)])
def test_an_old_entry_is_on_after_the_delay(see, wait_in_spool, seconds, is_on):
    wait_in_spool(seconds)

    assert ("spool old" in see()[0]) == is_on


def test_a_failing_entry_is_on(see, wait_in_spool, app):
    wait_in_spool(1)
    kept = app.extensions["spool"]
    kept.back_off(kept.list_all()[0], "ZeroDivisionError")

    assert list(see()[0]) == ["spool failing"]


def test_a_disk_without_room_is_on_while_what_waits_is_still_seen(see, wait_in_spool, monkeypatch):
    wait_in_spool(1000)
    monkeypatch.setattr(file, "ROOM_BYTES", 1 << 60)

    alarms, unknown = see()

    assert [*alarms] == ["spool full", "spool old"]
    assert "mode 0700" in alarms["spool full"].action
    assert unknown == ()


def test_a_spool_that_cannot_be_read_leaves_what_waits_unknown(see, spool_folder):
    spool_folder.mkdir(mode=0o755)

    alarms, unknown = see()

    assert [*alarms] == ["spool full"]
    assert "chmod 700" in alarms["spool full"].meaning
    assert unknown == machine.WAITING_ALARMS


def test_a_full_queue_is_on(see, wait_in_spool, monkeypatch):
    wait_in_spool(1)
    monkeypatch.setattr(queue, "ROWS_LIMIT", 1)

    assert "it is full with 1 requests" in see()[0]["spool full"].meaning


def test_arrivals_are_the_last_of_each_key_on_the_dialers_clock(app, wait_in_spool, key, monkeypatch):
    wait_in_spool(60)

    with app.app_context():
        arrivals = machine.find_arrivals()

    assert list(arrivals) == [int(key["tld-api-id"])]
    assert arrivals[int(key["tld-api-id"])].tzinfo is None
