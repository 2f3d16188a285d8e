"""The hours in which calls are expected: days of the week and times of day."""

from datetime import datetime, timedelta

import pytest

from ingress.config import SettingsError, read_settings
from ingress.config.alarm_hours import read_alarm_hours

MONDAY = datetime(2026, 3, 2)


def at(day, hour, minute=0):
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("text", "moment", "holds"),
    [
        ("mon-fri 9:00-18:00", at(0, 9), True),
        ("mon-fri 9:00-18:00", at(0, 18), False),
        ("mon-fri 9:00-18:00", at(4, 17, 59), True),
        ("mon-fri 9:00-18:00", at(5, 12), False),
        ("mon-fri 9:00-18:00, SAT  10:30-14:00", at(5, 10, 30), True),
        ("mon-fri 9:00-18:00, sat 10:30-14:00", at(5, 10, 29), False),
        ("mon-sun 0:00-24:00", at(6, 23, 59), True),
    ],
)
def test_a_moment_is_within_the_hours_or_not(text, moment, holds):
    assert read_alarm_hours(text).hold(moment) == holds


def test_a_weekend_is_cut_out_of_a_range():
    hours = read_alarm_hours("mon-fri 9:00-18:00, sat 10:00-14:00")

    pieces = list(hours.clip(at(4, 16), at(7, 10)))

    assert pieces == [(at(4, 16), at(4, 18)), (at(5, 10), at(5, 14)), (at(7, 9), at(7, 10))]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9-18",
        "mon-fri",
        "mon-fri 18:00-9:00",
        "fri-mon 9:00-18:00",
        "mon 9:60-18:00",
        "mon 0:00-24:01",
        "day 9:00-18:00",
    ],
)
def test_other_hours_stop_the_start(monkeypatch, text):
    monkeypatch.setenv("ALARM_HOURS", text)

    with pytest.raises(SettingsError, match=r"ALARM_HOURS: .* is nothing such as 'mon-fri 9:00-18:00"):
        read_settings()


@pytest.mark.parametrize(("name", "text"), [("ALARM_SHARE", "0.3"), ("ALARM_SHARE", "0%"), ("ALARM_SHARE", "101%")])
def test_another_share_stops_the_start(monkeypatch, name, text):
    monkeypatch.setenv(name, text)

    with pytest.raises(SettingsError, match=name):
        read_settings()
