"""Why a delivery became what it became, in plain words."""

from datetime import timedelta

from flask import current_app

from .. import errors
from ..database import queries
from ..outcome import Outcome
from .layout import write_money, write_number

HINTS = {
    errors.MissingDid.text: "The number dialled did not come. Look at the token for it in the platform's form.",
    errors.MissingCid.text: "The caller's number did not come. Look at the token for it in the platform's form.",
    errors.InvalidDid.text: "What came as the number dialled is no North American number.",
    errors.InvalidCid.text: "What came as the caller's number is not North American; a withheld one cannot be billed.",
    errors.MissingCost.text: "No amount came. Does the platform fire before the payout is known?",
    errors.InvalidCost.text: "What came as the cost cannot be read as an amount.",
    errors.InvalidCallDate.text: "The time of the call cannot be read, or lies in the future.",
    errors.InvalidDateBilled.text: "The time of billing cannot be read, or lies in the future.",
    errors.IdempotencyKeyAlreadyUsed.text: "The sender's key had come before, with another call or cost.",
    errors.EndpointNotAllowed.text: "The key's endpoint protections do not cover this path, or it is not for sending.",
    errors.IpAddressNotAllowed.text: "The key's IP protections do not name the sender's address.",
    errors.InvalidJsonBody.text: "The body was not the JSON that it was said to be.",
}


def explain(logged, nearest, replayed_as):
    """Return a few sentences on a LoggedDelivery; `nearest` is the NearestCall of an unmatched one, or None."""
    match logged.outcome:
        case Outcome.BILLED:
            return explain_billed(logged)
        case Outcome.UNMATCHED:
            return explain_unmatched(logged, nearest)
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
            return f"{logged.error}: a fault on our side. It can be fired again."
        case Outcome.DRY_RUN:
            return "A dry run: it was answered as if, and nothing was billed."
        case Outcome.REPLAYED:
            again = f" as delivery {replayed_as}" if replayed_as else ""
            return f"It was not billed at first ({logged.error or 'a dry run'}), and has been fired again{again}."
    return ""


def explain_billed(logged):
    if logged.matched:
        return f"Billed as cost {logged.cost_id}; call {logged.call_log_id} came into the log later ({logged.matched})."
    found = f"Call {logged.call_log_id} was found and billed as cost {logged.cost_id}."
    if not logged.updated:
        return f"{found} It has no lead, so none was updated."
    carry = "and its first contact carry" if logged.first_contact else "carries"
    return f"{found} Lead {logged.lead_id} {carry} {write_money(logged.cost)} since."


def explain_refused(logged):
    hint = HINTS.get((logged.error or "").partition(": ")[0])
    return f"{logged.error}. {hint}" if hint else f"{logged.error}."


def explain_unmatched(logged, nearest):
    call_date = logged.call_date
    since = call_date - current_app.config["CALL_MATCH_BEFORE"]
    until = call_date + current_app.config["CALL_MATCH_AFTER"]
    return (
        f"Billed as cost {logged.cost_id}, but no lead was updated: no call from {write_number(logged.call_from)} to "
        f"{write_number(logged.call_to)} between {since} and {until}; {describe_nearest(logged, nearest, since, until)}"
    )


def describe_nearest(logged, nearest, since, until):
    if nearest is None:
        return "the call log has no call from this caller at all."
    call = f"call {nearest.call_log_id} at {nearest.call_date}"
    distance = write_distance(nearest.call_date - logged.call_date)
    if nearest.call_direction != "INBOUND":
        return f"nearest was {call}, {distance}, but that was {nearest.call_direction.lower()}."
    if nearest.call_to[-10:] != logged.call_to:
        return f"nearest was {call}, {distance}, but to {write_number(nearest.call_to)}."
    if since <= nearest.call_date <= until:
        return f"{call} has come into the log since."
    return f"nearest was {call}, {distance}."


def write_distance(distance):
    """How much earlier or later, in the two largest units."""
    if abs(distance) < timedelta(minutes=1):
        return "within a minute"
    days, (hours, minutes) = abs(distance).days, divmod(abs(distance).seconds // 60, 60)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number][:2]
    return f"{' '.join(parts)} {'later' if distance > timedelta(0) else 'earlier'}"


def find_nearest(connection, logged):
    """The NearestCall of an unmatched delivery; None for any other."""
    if logged.outcome != Outcome.UNMATCHED:
        return None
    return queries.find_nearest_call(connection, logged.call_to, logged.call_from, logged.call_date)
