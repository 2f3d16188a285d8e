"""Calls that were not in the call log when their cost came: looked for again, and their leads given the cost."""

import logging
from datetime import UTC, datetime
from enum import Enum, auto

from ..clock import dialer_time
from ..database import queries
from ..database.pool import Busy, Lost, run
from .bill import describe_search, find_overtaking, update_costs

log = logging.getLogger(__name__)


class Finding(Enum):
    """What came of looking for one call again."""

    UPDATED = auto()  # found, and its lead now has the cost
    OUTDATED = auto()  # found, but its lead has a newer cost
    LEADLESS = auto()  # found, without a lead
    UNMATCHED = auto()  # still not in the call log
    TAKEN = auto()  # found by another copy of this in the same moment
    LEFT = auto()  # left for the next time: somebody keeps the lead locked, or the database is too busy


def match_calls(since, until):
    """Yield each unmatched delivery received in that time (naive, the dialer's) and its Finding, oldest first, once.

    Each is settled when it is yielded, so one may stop at any time. TLDialerConnectionError: the database is away.
    """
    delivery_id = 0
    while batch := run(queries.list_unmatched_deliveries, since, until, delivery_id):
        for delivery in batch:
            yield delivery, look_again(delivery)
        since, delivery_id = delivery.received, delivery.delivery_id


def look_again(delivery):
    """Return the Finding; what cannot be settled holds up no other and is looked at again next time."""
    try:
        return run(match, delivery, [])
    except (Busy, Lost) as error:
        log.warning("delivery %s is left for the next time: %s", delivery.delivery_id, error.__cause__)
        return Finding.LEFT


def match(connection, delivery, sent):
    """Find the call by the rule of live requests and settle it; all is committed when this returns the Finding.

    `sent` remembers what was about to be committed: when this runs again because the connection was lost, and the
    delivery turns out to be matched, it was us.
    """
    search = describe_search(delivery._asdict())
    call = queries.find_call(connection, call_date=delivery.call_date, **search)
    if call is None:
        return Finding.UNMATCHED
    connection.begin()
    finding = settle(connection, delivery, call)
    if finding is Finding.TAKEN:
        connection.rollback()
        return sent[-1] if sent else finding
    sent.append(finding)
    connection.commit()
    return finding


def settle(connection, delivery, call):
    """Mark the delivery, and set the costs of its lead unless there is a newer one.

    The lead is locked first, and every look after that sees what has been committed until then: a live request for the
    lead has either committed, and its newer cost is found, or will set its own when this is through.
    """
    is_overtaken = find_overtaking(connection, call.lead_id, delivery._asdict())
    found = {**call._asdict(), "matched": dialer_time(datetime.now(UTC))}
    if not queries.update_matched_delivery(connection, delivery_id=delivery.delivery_id, **found):
        return Finding.TAKEN
    if is_overtaken:
        return Finding.OUTDATED
    updated, _ = update_costs(connection, call.lead_id, delivery.cost)
    return Finding.UPDATED if updated else Finding.LEADLESS
