"""A Wednesday afternoon of five weeks, and what the watch sees then."""

from datetime import datetime, timedelta

import pytest

from ingress import create_app
from ingress.watch import senders
from tests.dialer import create_key_on

NOW = datetime(2026, 3, 4, 15, 0, 0)  # a Wednesday


@pytest.fixture
def now(monkeypatch):
    """The present, on the dialer's clock."""
    monkeypatch.setattr(senders, "dialer_now", lambda: NOW)
    return NOW


@pytest.fixture
def sender(dialer):
    """Make a sender that is older than the five weeks; return its API id."""

    def make(name="callgrid", created=NOW - timedelta(days=60), **columns):
        return int(create_key_on(dialer.connection, name=name, created=created, **columns)["tld-api-id"])

    return make


@pytest.fixture
def deliver(dialer):
    """Write deliveries of a key into the log: one at each time, or one of each outcome, a minute apart."""

    def deliver(api_id, times, outcome="billed", error=None, sent="{}", milliseconds=5):
        dialer.connection.cursor().executemany(
            "INSERT INTO deliveries (request_id, api_id, received, sent, outcome, status, error, milliseconds)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [("0" * 32, api_id, received, sent, outcome, 200, error, milliseconds) for received in times],
        )

    return deliver


@pytest.fixture
def see(now, dialer):
    """The alarms about senders that are on, by name."""

    def see(arrivals=(), away=None):
        with create_app().app_context():
            return {alarm.name: alarm for alarm in senders.list_sender_alarms(dict(arrivals), away)}

    return see


def every(length, since, until):
    """The times from one to another, as far apart as that."""
    while since < until:
        yield since
        since += length


def past_weeks(length, first_hour, last_hour, weeks=range(1, 5), now=NOW):
    """The times of a sender that sends once in that time, between two hours of this weekday and the day before."""
    for days in sorted((7 * week + before for week in weeks for before in (0, 1)), reverse=True):
        midnight = (now - timedelta(days=days)).replace(hour=0)
        yield from every(length, midnight + timedelta(hours=first_hour), midnight + timedelta(hours=last_hour))
