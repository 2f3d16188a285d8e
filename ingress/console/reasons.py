"""Why a delivery has its outcome, in plain words."""

from datetime import datetime

from flask import current_app

from .. import errors
from ..clock import write_distance
from ..database import queries
from ..database.connection import Connection
from ..database.look_ups import CallLogBusy, get_look_ups
from ..database.queries import LoggedDelivery, NearestCall
from ..monitoring.time_zone import Offset, round_distance
from ..outcome import Outcome
from .layout import write_money, write_number

Nearest = NearestCall | CallLogBusy | None

HINTS = {
    errors.MissingDid.text: "The number dialled did not come. Look at the token for it in the platform's form.",
    errors.MissingCid.text: "The caller's number did not come. Look at the token for it in the platform's form.",
    errors.InvalidDid.text: "The value sent as the number dialled is no North American number.",
    errors.InvalidCid.text: "The value sent as the caller's number is no North American number. Was it withheld?",
    errors.MissingCost.text: "No amount came. Does the platform fire before the payout is known?",
    errors.InvalidCost.text: "The value sent as the cost cannot be read as an amount.",
    errors.InvalidCallDate.text: "The time of the call cannot be read, or it is in the future.",
    errors.InvalidDateBilled.text: "The time of billing cannot be read, or it is in the future.",
    errors.IdempotencyKeyAlreadyUsed.text: "The sender has used this key before, for another call or cost.",
    errors.EndpointNotAllowed.text: "The key's endpoint protections do not cover this path, or it is not for sending.",
    errors.IpAddressNotAllowed.text: "The key's IP protections do not include the sender's address.",
    errors.InvalidJsonBody.text: "The body was labelled as JSON, but it is not valid JSON.",
}


def explain_outcome(logged: LoggedDelivery, nearest: Nearest, replayed_as: int | None) -> str:
    """Return a few sentences; `nearest` is the call nearest to an unmatched delivery, if the log has one."""
    match logged.outcome:
        case Outcome.BILLED:
            return explain_billed(logged)
        case Outcome.UNMATCHED if logged.call_date:
            return explain_unmatched(logged, logged.call_date, nearest)
        case Outcome.DUPLICATE:
            return f"Delivery {logged.duplicate_of} billed this call before; this one got the same answer."
        case Outcome.CORRECTED:
            return f"Delivery {logged.duplicate_of} billed this call before, with another amount: its cost has changed."
        case Outcome.SUPERSEDED:
            return (
                f"Delivery {logged.duplicate_of} billed this call before. It had this amount and has another now:"
                " nothing was changed. Replay it if the sender meant it."
            )
        case Outcome.REFUSED:
            return explain_refused(logged)
        case Outcome.FAILED:
            return f"{logged.error}: an error of this service. The delivery can be replayed."
        case Outcome.DRY_RUN:
            return "This was a dry run: the call was validated and answered as usual, and nothing was billed."
        case Outcome.REPLAYED:
            again = f" as delivery {replayed_as}" if replayed_as else ""
            return f"It was not billed at first ({logged.error or 'a dry run'}) and has been replayed{again}."
    return ""


def explain_billed(logged: LoggedDelivery) -> str:
    if logged.matched:
        return f"Billed as cost {logged.cost_id}; call {logged.call_log_id} came into the log later ({logged.matched})."
    found = f"Call {logged.call_log_id} was found and billed as cost {logged.cost_id}."
    if not logged.updated:
        return f"{found} The call has no lead, so no lead was updated."
    carry = "and its first contact now carry" if logged.first_contact else "now carries"
    return f"{found} Lead {logged.lead_id} {carry} {write_money(logged.cost)}."


def explain_refused(logged: LoggedDelivery) -> str:
    hint = HINTS.get((logged.error or "").partition(": ")[0])
    return f"{logged.error}. {hint}" if hint else f"{logged.error}."


def explain_unmatched(logged: LoggedDelivery, call_date: datetime, nearest: Nearest) -> str:
    since = call_date - current_app.config["CALL_MATCH_BEFORE"]
    until = call_date + current_app.config["CALL_MATCH_AFTER"]
    return (
        f"Billed as cost {logged.cost_id}, but no lead was updated: no call from {write_number(logged.call_from)} to "
        f"{write_number(logged.call_to)} between {since} and {until}; "
        f"{explain_nearest(logged, call_date, nearest, since, until)}"
    )


def explain_nearest(
    logged: LoggedDelivery, call_date: datetime, nearest: Nearest, since: datetime, until: datetime
) -> str:
    if isinstance(nearest, CallLogBusy):
        return "the call log is locked or slow just now: look again later."
    if nearest is None:
        return "the call log has no call from this caller at all."
    call = f"call {nearest.call_log_id} at {nearest.call_date}"
    distance = write_distance(nearest.call_date - call_date)
    if nearest.call_direction != "INBOUND":
        return f"nearest was {call}, {distance}, but that was {nearest.call_direction.lower()}."
    if nearest.call_to[-10:] != logged.call_to:
        return f"nearest was {call}, {distance}, but to {write_number(nearest.call_to)}."
    if since <= nearest.call_date <= until:
        return f"{call} has come into the log since."
    return f"nearest was {call}, {distance}."


def find_nearest_to(connection: Connection, logged: LoggedDelivery) -> Nearest:
    """Return the NearestCall of an unmatched delivery, or CallLogBusy; None for any other."""
    if logged.outcome is not Outcome.UNMATCHED or not (logged.call_to and logged.call_from and logged.call_date):
        return None
    try:
        with get_look_ups().guard():
            return queries.find_nearest_call(connection, logged.call_to, logged.call_from, logged.call_date)
    except CallLogBusy as busy:
        return busy


def explain_offset(logged: LoggedDelivery, nearest: Nearest, offsets: list[Offset]) -> str:
    """Return that a delivery has its call where the others of its outcome have theirs too, or nothing."""
    if not isinstance(nearest, NearestCall) or logged.call_date is None:
        return ""
    distance = round_distance(nearest.call_date - logged.call_date)
    for offset in offsets:
        if offset.outcome is logged.outcome and offset.distance == distance:
            return f" This call is exactly {write_distance(distance)}, as {offset.write_share()} are: {offset.ask()}"
    return ""
