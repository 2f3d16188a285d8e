"""When an alarm about a sender is on, at the rates of a call centre: 440 calls a day from five vendors."""

from datetime import timedelta

import pytest

from tests.watch.conftest import NOW, every, past_weeks

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BUSY, SLOW = timedelta(minutes=3), timedelta(minutes=33)  # 180 and 16 calls in the nine hours of a day


@pytest.mark.parametrize(
    ("rate", "silent_since", "is_on"),
    [
        (BUSY, 25 * MINUTE, False),
        (BUSY, 37 * MINUTE, True),
        (SLOW, 5 * HOUR, False),  # since ten o'clock: nine calls
        (SLOW, 21 * HOUR + 45 * MINUTE, True),  # since a quarter past five yesterday: one call then, and eleven today
    ],
)
def test_a_silence_counts_by_the_calls_that_came_in_other_weeks(see, sender, deliver, rate, silent_since, is_on):
    key = sender()
    deliver(key, past_weeks(rate, 9, 18))
    deliver(key, [NOW - silent_since])

    assert (f"silent {key}" in see()) == is_on


def test_the_night_is_no_silence(see, sender, deliver, monkeypatch):
    key = sender()
    deliver(key, past_weeks(BUSY, 9, 18))
    deliver(key, [NOW.replace(hour=17, minute=59) - DAY])
    monkeypatch.setattr("ingress.watch.senders.dialer_now", lambda: NOW.replace(hour=9))

    assert see() == {}


def test_a_silence_says_since_when_how_many_are_missed_and_what_to_do(see, sender, deliver):
    key = sender()
    deliver(key, past_weeks(BUSY, 9, 18))
    deliver(key, [NOW - HOUR])

    alarm = see()[f"silent {key}"]

    assert alarm.title == f"callgrid (key {key}) sends nothing"
    assert "since 2026-03-04 14:00" in alarm.meaning
    assert " 20 came" in alarm.meaning
    assert f"`ingress keys disable {key}`" in alarm.action


def test_one_holiday_and_one_import_among_the_weeks_change_nothing(see, sender, deliver):
    quiet, flooded = sender("quiet"), sender("flooded")
    deliver(quiet, past_weeks(BUSY, 9, 18, weeks=(1, 3, 4)))
    deliver(flooded, every(MINUTE, NOW - 7 * DAY - HOUR, NOW - 7 * DAY))
    for key in (quiet, flooded):
        deliver(key, [NOW - HOUR])

    assert list(see()) == [f"silent {quiet}"]


def test_a_new_sender_is_compared_with_the_weeks_that_it_has(see, sender, deliver):
    key = sender(created=NOW - 8 * DAY)
    deliver(key, past_weeks(BUSY, 9, 18, weeks=(1,)))
    deliver(key, [NOW - HOUR])

    assert f"silent {key}" in see()


def test_a_sender_without_a_past_is_not_missed(see, sender):
    sender(created=NOW - 2 * DAY)

    assert see() == {}


def test_a_dry_run_and_an_imported_invoice_are_no_sign_of_life(see, sender, deliver):
    key = sender()
    deliver(key, past_weeks(BUSY, 9, 18))
    deliver(key, [NOW - HOUR])
    deliver(key, [NOW - MINUTE], outcome="dry_run")
    deliver(key, [NOW - MINUTE], sent='{"body": [["imported_from", "ringba.csv, row 2"]]}')

    assert f"silent {key}" in see()


def test_what_waits_in_the_spool_is_a_sign_of_life(see, sender, deliver):
    key = sender()
    deliver(key, past_weeks(BUSY, 9, 18))

    assert f"silent {key}" in see()
    assert see(arrivals={key: NOW - 5 * MINUTE}) == {}


def test_what_could_not_come_while_the_database_was_away_is_no_silence(see, sender, deliver):
    key = sender()
    deliver(key, past_weeks(BUSY, 9, 18))
    deliver(key, [NOW - 3 * HOUR])

    assert see(away=NOW - 5 * MINUTE) == {}
    assert f"silent {key}" in see(away=NOW - HOUR)


def test_a_silence_outside_the_alarm_hours_is_none(see, sender, deliver, monkeypatch):
    key = sender()
    deliver(key, past_weeks(BUSY, 9, 18))
    deliver(key, [NOW - HOUR])

    monkeypatch.setenv("ALARM_HOURS", "mon-fri 9:00-14:05")

    assert see() == {}


def test_the_number_of_calls_that_may_be_missed_is_a_setting(see, sender, deliver, monkeypatch):
    key = sender()
    deliver(key, past_weeks(SLOW, 9, 18))
    deliver(key, [NOW - 5 * HOUR])
    assert see() == {}

    monkeypatch.setenv("ALARM_SILENCE", "5")

    assert f"silent {key}" in see()


@pytest.mark.parametrize("columns", [{"enabled": 0}, {"scope": "admin"}])
def test_a_key_that_may_not_send_is_not_watched(see, sender, deliver, dialer, columns):
    key = sender()
    deliver(key, past_weeks(BUSY, 9, 18))
    deliver(key, every(MINUTE, NOW - HOUR, NOW - 40 * MINUTE), outcome="refused", error="Invalid Cost: x")
    assert len(see()) == 2

    for column, value in columns.items():
        dialer.execute(f"UPDATE api_keys SET {column} = %s", value)

    assert see() == {}


@pytest.mark.parametrize(("number", "is_on"), [(5, False), (6, True)])
@pytest.mark.parametrize("outcome", ["refused", "failed"])
def test_refusals_are_on_when_they_are_many_of_the_last_twenty(see, sender, deliver, outcome, number, is_on):
    key = sender()
    deliver(key, every(HOUR, NOW - 2 * DAY, NOW - HOUR))
    deliver(key, every(MINUTE, NOW - number * MINUTE, NOW), outcome=outcome, error="Invalid Cost: 12,5")

    assert (f"refused {key}" in see()) == is_on


def test_a_refusal_names_the_usual_error_and_how_to_find_and_book_them(see, sender, deliver):
    key = sender()
    deliver(key, every(HOUR, NOW - 8 * HOUR, NOW - HOUR), outcome="refused", error="Invalid Cost: 12,5")
    deliver(key, [NOW], outcome="refused", error="Invalid DID: 3")

    alarm = see()[f"refused {key}"]

    assert "8 of its last 8 requests were refused, most often with “Invalid Cost”" in alarm.meaning
    assert f"`ingress deliveries list --key {key} --outcome refused`" in alarm.action


def test_refusals_are_over_when_good_requests_have_come(see, sender, deliver):
    key = sender()
    deliver(key, every(MINUTE, NOW - 8 * HOUR, NOW - 8 * HOUR + 10 * MINUTE), outcome="refused", error="Invalid Cost")
    assert f"refused {key}" in see()

    deliver(key, every(30 * MINUTE, NOW - 8 * HOUR + 15 * MINUTE, NOW))

    assert see() == {}


def test_refusals_of_a_sender_that_has_ended_are_forgotten(see, sender, deliver):
    key = sender()
    deliver(key, every(MINUTE, NOW - 8 * DAY, NOW - 8 * DAY + 20 * MINUTE), outcome="refused", error="Invalid Cost")

    assert see() == {}


def test_a_share_is_a_setting(see, sender, deliver, monkeypatch):
    key = sender()
    deliver(key, every(HOUR, NOW - DAY, NOW - HOUR))
    deliver(key, every(MINUTE, NOW - 2 * MINUTE, NOW), outcome="refused", error="Invalid Cost")
    assert see() == {}

    monkeypatch.setenv("ALARM_SHARE", "10%")

    assert f"refused {key}" in see()


def test_unmatched_calls_are_on_when_they_are_many_and_have_had_their_time(see, sender, deliver):
    late, early = sender("late"), sender("early")
    deliver(early, every(MINUTE, NOW - 29 * MINUTE, NOW), outcome="unmatched")
    deliver(late, every(30 * MINUTE, NOW - 4 * HOUR, NOW), outcome="unmatched")

    alarms = see()

    assert list(alarms) == [f"unmatched {late}"]
    assert "8 of 8 requests" in alarms[f"unmatched {late}"].meaning
    assert "TLDIALER_TIMEZONE" in alarms[f"unmatched {late}"].action


@pytest.mark.parametrize(
    ("failed", "used", "is_on"),
    [
        (30 * MINUTE, MINUTE, True),  # another pixel of the same sender sends the right one
        (2 * HOUR, HOUR, False),
        (2 * HOUR, 3 * HOUR, True),
        (2 * HOUR, None, True),
        (8 * DAY, None, False),
    ],
)
def test_a_wrong_key_is_on_for_an_hour_and_until_a_right_one_comes(see, sender, dialer, failed, used, is_on):
    key = sender()
    dialer.execute(
        "UPDATE api_keys SET failed = %s, failed_from = '203.0.113.7', last_used = %s",
        NOW - failed,
        used and NOW - used,
    )

    alarms = see()

    assert (f"wrong key {key}" in alarms) == is_on
    assert not is_on or "203.0.113.7" in alarms[f"wrong key {key}"].meaning


def test_a_request_with_the_old_secret_ends_the_alarm_of_a_wrong_key(see, sender, dialer):
    key = sender()
    dialer.execute("UPDATE api_keys SET failed = %s, failed_from = '203.0.113.7'", NOW - 2 * HOUR)
    assert f"wrong key {key}" in see()

    dialer.execute("UPDATE api_keys SET old_last_used = %s", NOW - HOUR)

    assert f"wrong key {key}" not in see()


def test_a_call_that_was_billed_late_is_on_for_a_day(see, sender, deliver):
    key = sender()
    deliver(key, [NOW - 25 * HOUR], milliseconds=10**8)
    deliver(key, [NOW - HOUR], milliseconds=899_999)
    assert see() == {}

    deliver(key, [NOW - HOUR, NOW - 2 * HOUR], milliseconds=900_000 * 8)

    assert "2 requests of the last day" in see()["late"].meaning
    assert "the longest for 2 h" in see()["late"].meaning
