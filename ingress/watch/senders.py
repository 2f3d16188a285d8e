"""What is wrong with a sender, by what came from its key: few calls a day are compared with few calls."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from flask import current_app

from ..access.keys import may_send
from ..clock import dialer_now
from ..database import queries
from ..database.connection import Connection
from ..database.pool import run
from ..database.queries import LastDelivery, ListedApiKey
from ..outcome import Outcome
from .alarm import Alarm, describe_seconds, make_alarm

SENDER_ALARMS = ("silent", "refused", "unmatched", "wrong key", "late")  # how their names begin
JUDGED = 20  # deliveries whose outcomes are counted; at 15 calls a day they are those of a day and a half
MEMORY = timedelta(days=7)  # what is older counts no more: a sender that has ended is not on for ever
WEEKS = 4  # with which a silence is compared; their median bears a holiday, and an invoice that was imported
WRONG_KEY_FOR = timedelta(hours=1)  # since the last wrong key; a sender of 15 calls a day sends one every half an hour
MATCH_FOR = timedelta(minutes=30)  # the dialer may log a call when it ends, and `ingress match` finds it after that
LATE_FOR = timedelta(days=1)  # since the arrival of a call that was billed late


class WatchedSender(NamedTuple):
    """A key, what came from it last, newest first, and when it was heard of; `settled` has had time to be matched."""

    key: ListedApiKey
    last: list[LastDelivery]
    settled: list[LastDelivery]
    heard: datetime

    @property
    def name(self) -> str:
        return f"{self.key.name or 'unnamed'} (key {self.key.api_id})"

    def make_alarm(self, kind: str, **facts: object) -> Alarm:
        return make_alarm(kind, self.key.api_id, sender=self.name, **facts)


def list_sender_alarms(arrivals: dict[int, datetime], away: datetime | None) -> list[Alarm]:
    """Return what is wrong with each sender.

    `arrivals` are the last ones of keys in the spool, which the log does not have yet. `away` is when the database was
    away last: what came before that may have been refused. Times are naive, on the dialer's clock.
    """
    return run(judge_senders, dialer_now(), arrivals, away)


def judge_senders(
    connection: Connection, now: datetime, arrivals: dict[int, datetime], away: datetime | None
) -> list[Alarm]:
    alarms = list(judge_lateness(connection, now))
    for key in filter(may_send, queries.list_api_keys(connection)):
        sender = read_watched_sender(connection, key, now, [time for time in (arrivals.get(key.api_id), away) if time])
        alarms += judge_silence(connection, sender, now)
        alarms += judge_refusals(sender)
        alarms += judge_matches(sender)
        alarms += judge_wrong_keys(sender, now)
    return alarms


def read_watched_sender(
    connection: Connection, key: ListedApiKey, now: datetime, heard: list[datetime]
) -> WatchedSender:
    """Return what is known of a sender; it was heard of at the last of these times, or when the log says."""
    since = now - MEMORY
    last = queries.list_last_deliveries(connection, key.api_id, since, now, JUDGED)
    settled = queries.list_last_deliveries(connection, key.api_id, since, now - MATCH_FOR, JUDGED)
    return WatchedSender(key, last, settled, max([since, *heard, *(delivery.received for delivery in last[:1])]))


def judge_silence(connection: Connection, sender: WatchedSender, now: datetime) -> Iterator[Alarm]:
    missed = median(count_in_other_weeks(connection, sender, now) or [0])
    if missed >= current_app.config["ALARM_SILENCE"]:
        yield sender.make_alarm("silent", heard=f"{sender.heard:%Y-%m-%d %H:%M}", missed=f"{missed:.0f}")


def count_in_other_weeks(connection: Connection, sender: WatchedSender, now: datetime) -> list[int]:
    """Return how many requests came in these hours of each of the last weeks; weeks before the key are left out."""
    pieces = list(current_app.config["ALARM_HOURS"].clip(sender.heard, now))
    weeks = [timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    created, api_id = sender.key.created, sender.key.api_id
    return [
        sum(queries.count_key_deliveries(connection, api_id, begin - ago, end - ago) for begin, end in pieces)
        for ago in weeks
        if created is None or created <= sender.heard - ago
    ]


def judge_refusals(sender: WatchedSender) -> Iterator[Alarm]:
    refused = [delivery for delivery in sender.last if delivery.outcome in (Outcome.REFUSED, Outcome.FAILED)]
    if are_many(refused):
        ((outcome, error),) = dict(Counter(map(describe_refusal, refused)).most_common(1))
        yield sender.make_alarm("refused", refused=len(refused), last=len(sender.last), outcome=outcome, error=error)


def describe_refusal(delivery: LastDelivery) -> tuple[Outcome, str]:
    """Return the outcome and the part of the error that is the same for all."""
    return delivery.outcome, (delivery.error or "").partition(": ")[0]


def judge_matches(sender: WatchedSender) -> Iterator[Alarm]:
    unmatched = [delivery for delivery in sender.settled if delivery.outcome is Outcome.UNMATCHED]
    if are_many(unmatched):
        yield sender.make_alarm("unmatched", unmatched=len(unmatched), last=len(sender.settled))


def are_many(bad: list[LastDelivery]) -> bool:
    """Return whether these are ALARM_SHARE of JUDGED; of fewer deliveries as many, since 1 of 2 says nothing."""
    share: float = current_app.config["ALARM_SHARE"]
    return len(bad) >= max(share * JUDGED, 1)


def judge_wrong_keys(sender: WatchedSender, now: datetime) -> Iterator[Alarm]:
    """An attempt counts for a while, and until MEMORY ends if no right key has come since."""
    failed, used = sender.key.failed, sender.key.used
    if failed is None or failed < now - MEMORY:
        return
    is_let_in = used is not None and used >= failed
    if failed >= now - WRONG_KEY_FOR or not is_let_in:
        yield sender.make_alarm(
            "wrong key",
            failed=f"{failed:%Y-%m-%d %H:%M}",
            address=sender.key.failed_from or "a unix socket",
            since="" if is_let_in else ", and no right one has come since",
        )


def judge_lateness(connection: Connection, now: datetime) -> Iterator[Alarm]:
    delay: timedelta = current_app.config["ALARM_DELAY"]
    late = queries.measure_late_deliveries(connection, now - LATE_FOR, delay // timedelta(milliseconds=1))
    if late.deliveries:
        yield make_alarm("late", number=late.deliveries, longest=describe_seconds(late.longest / 1000))
