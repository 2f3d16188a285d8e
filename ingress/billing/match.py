"""Calls that were not in the call log when their cost came: searched again, and their leads given the cost."""

import logging
from collections.abc import Iterator
from datetime import datetime
from enum import Enum, auto

from ..clock import dialer_now
from ..database import queries
from ..database.connection import Connection
from ..database.look_ups import CallLogBusy, get_look_ups
from ..database.pool import run
from ..database.queries import Call, UnmatchedDelivery
from ..database.retries import ConnectionLost, Retryable
from .correct import search_for
from .leads import NO_LEAD, LeadCost, carry_newest_cost, carry_what_came_meanwhile

log = logging.getLogger(__name__)


class Finding(Enum):
    """The result of searching for one call again."""

    UPDATED = auto()  # found, and its lead now has the cost
    OUTDATED = auto()  # found, but its lead has a newer cost
    LEADLESS = auto()  # found, without a lead
    UNMATCHED = auto()  # still not in the call log
    TAKEN = auto()  # found by another process at the same moment
    LEFT = auto()  # left for the next round: its lead or the call log stays locked, or the database is too busy


def match_calls(since: datetime, until: datetime) -> Iterator[tuple[UnmatchedDelivery, Finding]]:
    """Yield each unmatched delivery received in that time (naive, the dialer's) and its Finding, oldest first, once.

    Each is settled when it is yielded, so the caller may stop at any time. TLDialerConnectionError: the database is
    away.
    """
    delivery_id = 0
    while batch := run(queries.list_unmatched_deliveries, since, until, delivery_id):
        for delivery in batch:
            yield delivery, try_to_match(delivery)
        since, delivery_id = delivery.received, delivery.delivery_id


def try_to_match(delivery: UnmatchedDelivery) -> Finding:
    """Return the Finding; a delivery that cannot be settled holds up no other and is tried again in the next round."""
    sent: list[Finding] = []
    try:
        return run(match, delivery, sent)
    except (Retryable, ConnectionLost) as error:
        log.warning("delivery %s is left for the next time: %s", delivery.delivery_id, error.__cause__)
        return Finding.LEFT


def match(connection: Connection, delivery: UnmatchedDelivery, sent: list[Finding]) -> Finding:
    """Find the call by the rule of live requests and settle it; all is committed when this returns the Finding.

    `sent` keeps what was about to be committed: when this runs again after a lost connection, and the delivery turns
    out to be matched, it was this service that did it.
    """
    search = search_for(delivery.call_to, delivery.call_from, delivery.call_date)
    try:
        call = get_look_ups().find(connection, search)
    except CallLogBusy:
        return Finding.LEFT
    if call is None:
        return Finding.UNMATCHED
    connection.begin()
    finding, lead = settle_match(connection, delivery, call)
    if finding is Finding.TAKEN:
        connection.rollback()
        return sent[-1] if sent else finding
    sent.append(finding)
    connection.commit()
    carry_what_came_meanwhile(connection, call.lead_id, lead)
    return finding


def settle_match(connection: Connection, delivery: UnmatchedDelivery, call: Call) -> tuple[Finding, LeadCost]:
    """Mark the delivery as matched, and give its lead the newest cost that is not cancelled.

    The delivery is locked before the lead, as everywhere: a live request for the lead has either committed, and its
    newer cost is found, or will set its own after this transaction.
    """
    if not queries.update_matched_delivery(connection, delivery.delivery_id, call, dialer_now()):
        return Finding.TAKEN, NO_LEAD
    lead = carry_newest_cost(connection, call.lead_id, delivery.cost_id)
    if lead.cost is None:
        return Finding.LEADLESS, lead
    return Finding.UPDATED if lead.updated else Finding.OUTDATED, lead
