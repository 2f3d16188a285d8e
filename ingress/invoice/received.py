"""What came in, staged for the comparison: the costs of the key, and the senders' own keys of their deliveries."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple, TypeVar

from flask import current_app

from ..database import queries
from ..database.pool import get_database
from ..errors import TLDialerConnectionError
from .moments import DAY_SECONDS, wall_time
from .period import Period
from .progress import show_progress
from .staging import Staging

COST_BATCH = 5_000  # cost ids in a statement; read in some 40 ms with their calls, far below the limit of 1.5 s
SENT_KEY = b"key "  # how a key begins that the sender gave; any other is the call itself
KEY_BATCH = 2_000  # delivery keys in a statement, each a look into the table
CALLS_SECONDS = 5  # of patience with a statement that also looks for calls, before it does without
BUSY_SECONDS = 60  # of patience with a busy database; no sender waits for this

Rows = TypeVar("Rows")


class StagedDelivery(NamedTuple):
    """What the delivery log knows of a cost: the platform's id of the call, the call, and the vendor of its lead."""

    call_id: str | None
    billed_call: str | None
    vendor_id: int | None
    cost_id: int


def run_patiently(query: Callable[..., Rows], **values: Any) -> Rows:
    """Return the result of one short read, run again while the database is busy."""
    deadline = time.monotonic() + BUSY_SECONDS
    return get_database().run(lambda connection: query(connection, **values), deadline=deadline)


def stage_costs(
    staging: Staging, api_id: int, period: Period, tolerance: int, min_seconds: int, repeat_seconds: int = 0
) -> None:
    """Stage the costs of the key, on both sides of the period more than it has.

    A row on its edge may have its cost beyond it, and its caller may have called `repeat_seconds` before. A sender that
    gives no call_date is filed under the time of its delivery, which is later than the call by as much as the service
    looks back for it.
    """
    first, last = run_patiently(queries.find_cost_span)
    if first is None or last is None:
        return
    match_before, match_after = current_app.config["CALL_MATCH_BEFORE"], current_app.config["CALL_MATCH_AFTER"]
    values: dict[str, Any] = {
        "method_id": api_id,
        "since": wall_time(period.since - max(DAY_SECONDS + tolerance, repeat_seconds)),
        "until": wall_time(period.until) + max(match_before, timedelta(days=1)),
        "match_before": int(match_before.total_seconds()),
        "match_after": int(match_after.total_seconds()),
        "min_seconds": min_seconds,
        "with_calls": 1,
    }
    with show_progress("Costs", range(first, last + 1, COST_BATCH)) as starts:
        for costs in read_ahead(partial(read_costs, values), starts):
            staging.run_for_each("insert_received", costs)


def read_ahead(read: Callable[[int], Rows], starts: Iterable[int]) -> Iterator[Rows]:
    """Yield what `read` returns for each start; while one result is used, the database is already at the next."""
    with ThreadPoolExecutor(1) as reader:
        following: Future[Rows] | None = None
        for start in starts:
            present, following = following, reader.submit(copy_context().run, read, start)
            if present:
                yield present.result()
        if following:
            yield following.result()


def read_costs(values: dict[str, Any], first: int) -> list[queries.ReceivedCost]:
    """Return a batch of costs, from the first failure on without their calls, which are then looked up."""
    last = first + COST_BATCH - 1
    if values["with_calls"]:
        deadline = time.monotonic() + CALLS_SECONDS
        try:
            return get_database().run(
                lambda connection: queries.list_costs(connection, first=first, last=last, **values), deadline=deadline
            )
        except TLDialerConnectionError:
            values["with_calls"] = 0
    return run_patiently(queries.list_costs, first=first, last=last, **values)


def stage_call_ids(staging: Staging, api_id: int, period: Period) -> None:
    """Add the senders' own keys and the leads' vendors, as far back as the delivery log goes.

    No delivery comes a day before its call.
    """
    values: dict[str, Any] = {"api_id": api_id, "at_most": KEY_BATCH}
    values |= {"since": wall_time(period.since - 2 * DAY_SECONDS), "behind": 0}
    while page := run_patiently(queries.list_delivery_keys, **values):
        staging.run_for_each("update_delivery", filter(None, map(describe_billed, page)))
        values |= {"since": page[-1].received, "behind": page[-1].delivery_id}


def describe_billed(delivery: queries.DeliveryKey) -> StagedDelivery | None:
    """Return what a billed delivery tells; None when it billed nothing, or tells nothing."""
    key = delivery.delivery_key
    if delivery.cost_id is None or not key:
        return None
    call_id = key.removeprefix(SENT_KEY).decode() if key.startswith(SENT_KEY) else None
    if call_id is None and delivery.call_log_id is None:  # without a call there is no lead
        return None
    return StagedDelivery(call_id, delivery.call_log_id, delivery.vendor_id, delivery.cost_id)
