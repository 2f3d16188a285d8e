"""The invoice against what came in: one to one, by the call's id, else by pair and time, else by the call itself."""

import time
from datetime import timedelta
from typing import NamedTuple

from flask import current_app

from ..billing.correct import search_for
from ..database import queries
from ..database.pool import get_database
from ..intake.fields import COST_STEP
from .progress import show_progress
from .rows import NAIVE_EPOCH, wall_time

COST_IDS = 20_000  # a statement; read in some 20 ms, far below the limit of 1.5 s
KEYS = 2_000  # a statement, each a look into the table
SEARCHES = 100  # a statement
DAY = 86_400  # seconds
BUSY_SECONDS = 60  # seconds with a busy database; no sender waits for this


class Period(NamedTuple):
    """Whole days on the dialer's calendar, in seconds: from `since` until just before `until`."""

    since: int
    until: int

    def __str__(self):
        return f"{wall_time(self.since).date()} to {wall_time(self.until - 1).date()}"


def compare(staging, api_id, period, tolerance, min_seconds):
    """Say of each staged row, and of each cost that the key has in the period, what it is."""
    staging.run("insert_settings", min_seconds=min_seconds)
    stage_costs(staging, api_id, period, tolerance)
    stage_call_ids(staging, api_id, period)
    staging.run("mark_twins")
    staging.run("match_by_call_id")
    staging.run("match_by_pair", tolerance=tolerance)
    look_up_rows(staging, period)
    look_up_costs(staging)
    staging.run("match_by_call", after=int(current_app.config["CALL_MATCH_AFTER"].total_seconds()))
    staging.run("update_matches")
    staging.run("judge_rows", **period._asdict())
    staging.run("judge_received", **period._asdict())


def find_period(staging, first_day, last_day):
    """The days that were asked for, by default those of the file."""
    span = staging.rows("find_span").fetchone()
    since = seconds(first_day) if first_day else (span["since"] or 0) // DAY * DAY
    until = seconds(last_day) + DAY if last_day else ((span["until"] or 0) // DAY + 1) * DAY
    return Period(since, until)


def seconds(naive):
    return int((naive - NAIVE_EPOCH).total_seconds())


def run(query, **values):
    """One short read, again while the database is busy."""
    deadline = time.monotonic() + BUSY_SECONDS
    return get_database().run(lambda connection: query(connection, **values), deadline=deadline)


def stage_costs(staging, api_id, period, tolerance):
    """Stage more than the period: a row on its edge may have its cost beyond, and a sender that gives no call_date is
    filed under the time of its delivery, which is as much later as the service looks back for the call."""
    first, last = run(queries.find_cost_span)
    if last is None:
        return
    values = {
        "method_id": api_id,
        "since": wall_time(period.since - DAY - tolerance),
        "until": wall_time(period.until) + max(current_app.config["CALL_MATCH_BEFORE"], timedelta(days=1)),
    }
    with show_progress("Costs", range(first, last + 1, COST_IDS)) as starts:
        for start in starts:
            costs = run(queries.list_costs, first=start, last=start + COST_IDS - 1, **values)
            staging.run_for_each("insert_received", map(describe_cost, costs))


def describe_cost(received):
    return {
        "cost_id": received.cost_id,
        "notes": (received.notes or "").strip() or None,
        "did": received.call_to,
        "cid": received.call_from,
        "called": seconds(received.call_date),
        "cost": int(received.cost / COST_STEP),
    }


def stage_call_ids(staging, api_id, period):
    """Add the senders' own keys, as far back as the delivery log goes; no delivery comes a day before its call."""
    values = {"api_id": api_id, "since": wall_time(period.since - 2 * DAY), "behind": 0, "at_most": KEYS}
    while page := run(queries.list_delivery_keys, **values):
        staging.run_for_each("update_call_id", filter(None, map(describe_key, page)))
        values |= {"since": page[-1].received, "behind": page[-1].delivery_id}


def describe_key(delivery):
    key = delivery.delivery_key
    if not key or not key.startswith(b"key "):
        return None
    return {"cost_id": delivery.cost_id, "call_id": key.removeprefix(b"key ").decode()}


def look_up_rows(staging, period):
    last = staging.rows("find_last_row").fetchone()["last"]
    with show_progress("Calls", length=last) as bar:
        for row in look_up(staging, "list_rows_to_look_up", "update_row_call", **period._asdict()):
            bar.update(row - bar.pos)


def look_up_costs(staging):
    for _ in look_up(staging, "list_received_to_look_up", "update_received_call"):
        pass


def look_up(staging, listing, update, **values):
    """Find the calls in the call log, by the rule that bills them; yield how far that has come."""
    behind = 0
    while page := staging.rows(listing, behind=behind, at_most=SEARCHES, **values).fetchall():
        calls = run(
            queries.list_calls,
            searches={row["search"]: search_for(row["did"], row["cid"], wall_time(row["called"])) for row in page},
        )
        staging.run_for_each(update, map(describe_call, calls))
        behind = page[-1]["search"]
        yield behind


def describe_call(call):
    return {"search": call.search, "call_log_id": call.call_log_id, "seconds": call.sec_talk}
