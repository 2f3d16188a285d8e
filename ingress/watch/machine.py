"""What is wrong with this machine: its way to the database, and its spool."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import current_app

from ..clock import dialer_time
from ..database.pool import get_database, get_deadline
from ..database.readiness import get_readiness
from ..errors import TLDialerConnectionError
from ..spool.file import SpoolError
from ..spool.queue import Measures, get_spool
from .alarm import Alarm, Findings, describe_seconds, make_alarm

ASK_AGAIN_SECONDS = 20  # until the database is asked again: a restart needs no alarm
WAITING_ALARMS = ("spool old", "spool failing")  # of which nothing is known while the spool cannot be read


def find_database_fault() -> str | None:
    """Return why the database cannot bill, if that is still so after a pause; None when it can."""
    if ask_database() is None:
        return None
    time.sleep(ASK_AGAIN_SECONDS)
    return ask_database()


def ask_database() -> str | None:
    try:
        return "; ".join(get_readiness().look_again(get_database(), get_deadline())) or None
    except TLDialerConnectionError as error:
        return str(error.__cause__ or error)


def describe_database(fault: str) -> Alarm:
    answers = {
        True: ("202 and wait in the spool", "what waits is billed by itself."),
        False: ("503, and many platforms fire only once", "fire again what the platform's log shows with a 503."),
    }
    answer, afterwards = answers[get_spool() is not None]
    return make_alarm("database", fault=fault, answer=answer, afterwards=afterwards)


def inspect_spool() -> Findings:
    """Return what is wrong with the spool; nothing where there is none."""
    spool = get_spool()
    measures, fault = spool.inspect() if spool else (None, None)
    alarms = [make_alarm("spool full", fault=fault, folder=current_app.config["SPOOL"])] if fault else []
    if measures is None:
        return Findings(alarms, WAITING_ALARMS if fault else ())
    return Findings([*alarms, *judge_measures(measures)])


def judge_measures(measures: Measures) -> Iterator[Alarm]:
    delay: timedelta = current_app.config["ALARM_DELAY"]
    if measures.age >= delay.total_seconds():
        yield make_alarm("spool old", number=measures.depth, age=describe_seconds(measures.age))
    if measures.failing:
        yield make_alarm("spool failing", number=measures.failing)


def find_arrivals() -> dict[int, datetime]:
    """Return when the last waiting request of each key came, on the dialer's clock; none when that is not known."""
    spool = get_spool()
    try:
        arrivals = spool.find_last_arrivals() if spool else {}
    except SpoolError:
        return {}
    return {api_id: dialer_time(arrived) for api_id, arrived in arrivals.items()}
