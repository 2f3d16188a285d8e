"""What the invoice has and nobody sent, billed by the same code as a webhook."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import current_app
from werkzeug.datastructures import MultiDict

from ..billing.bill import bill_unattended
from ..database.pool import get_deadline
from ..delivery import Delivery
from ..errors import IngressError, TLDialerConnectionError
from ..intake.parameters import Parameters
from .findings import money
from .progress import show_progress

NO_ADDRESS = ""  # nobody sent it: it came from a file


@dataclass
class Booking:
    """How many rows became what, and by row number why some did not."""

    outcomes: Counter = field(default_factory=Counter)
    refused: list = field(default_factory=list)


def list_unbooked(staging, doubtful):
    """Yield the number and the reason of each row that is not booked."""
    for row in staging.rows("list_refused"):
        yield row["row"], row["reason"]
    for row in () if doubtful else list_doubtful(staging):
        yield row["row"], f"perhaps received as cost {row['nearby']}: the same caller and amount within a day"


def list_doubtful(staging):
    return (row for row in staging.rows("list_missing") if row["nearby"])


def list_bookable(staging, doubtful):
    """Rows that were never received, oldest call first; without `doubtful` none that may have been after all."""
    return (row for row in staging.rows("list_missing") if doubtful or not row["nearby"])


def book(booking, rows, total, api_key, file_name):
    """Bill each row, and note in the Booking what became of it. It may be killed at any line and run again.

    Raises TLDialerConnectionError when the database is away; what was billed before that is billed.
    """
    with show_progress("Booking", rows, total) as rows_under_way:
        for row in rows_under_way:
            book_row(booking, row, api_key, file_name)


def book_row(booking, row, api_key, file_name):
    delivery = make_delivery(row, api_key, file_name)
    try:
        bill_unattended(delivery)
    except TLDialerConnectionError:
        raise
    except IngressError as refusal:
        booking.refused.append((row["row"], str(refusal)))
    booking.outcomes[delivery.outcome] += 1


def make_delivery(row, api_key, file_name):
    """The row as its webhook would have come; where it came from instead stands in the delivery log with it."""
    sent = {
        "did": row["did"],
        "cid": row["cid"],
        "cost": str(money(row["cost"])),
        "call_date": row["call_date"],
        "date_billed": row["date_billed"],
        "notes": row["notes"] or row["call_id"],
        "idempotency_key": row["call_id"] or name_row(row),
        "imported_from": f"{file_name}, row {row['row']}",
    }
    return Delivery(
        parameters=Parameters(MultiDict({name: value for name, value in sent.items() if value}), MultiDict()),
        ip_address=NO_ADDRESS,
        received_at=datetime.now(UTC),
        deadline=get_deadline(),
        api_key=api_key,
    )


def name_row(row):
    """A key for a row without the platform's id, or None where the call itself is one, as for a webhook.

    It is none where the file names only the day, or where INGRESS_DUPLICATES lets the same call be billed again.
    """
    if not row["is_day"] and current_app.config["INGRESS_DUPLICATES"] == "replay":
        return None
    return f"invoice {row['did']} {row['cid']} {money(row['cost'])} {row['call_date']}"
