"""Rows of the invoice that were never received, billed by the same code as a webhook."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from flask import current_app
from werkzeug.datastructures import MultiDict

from ..billing.bill import bill_unattended
from ..database.pool import get_deadline
from ..database.queries import ApiKey
from ..delivery import Delivery
from ..errors import IngressError, TLDialerConnectionError
from ..intake.parameters import Parameters
from ..outcome import Outcome
from .amounts import money
from .progress import show_progress
from .staging import Staging

NO_ADDRESS = ""  # it came from a file, not from a sender


class MissingRow(NamedTuple):
    """A row that was never received; `cost` in ten-thousandths, `nearby` the id of a cost that may be the same call.

    `doubt` says what else speaks against booking it.
    """

    row: int | str  # `5 of Sheet2` where there are several
    call_id: str | None
    did: str
    cid: str
    call_date: str
    date_billed: str | None
    notes: str | None
    cost: int
    is_day: int
    nearby: int | None
    doubt: str | None

    @property
    def why_doubtful(self) -> str | None:
        if self.nearby:
            return f"perhaps received as cost {self.nearby}: the same caller and amount within a day"
        return self.doubt


class UnbookedRow(NamedTuple):
    """A row that is not booked, and why."""

    row: int | str
    reason: str


class Agreement(NamedTuple):
    """How many rows bill a call, and how many of them agree with what came in."""

    agreeing: int
    number: int

    @property
    def is_poor(self) -> bool:
        """True where all that is missing is doubtful, as in `sql/invoice/judge_file.sql`."""
        return 10 * self.agreeing < self.number


@dataclass
class Booking:
    """How many rows had which outcome, and the rows that billing refused."""

    outcomes: Counter[Outcome | None] = field(default_factory=Counter)
    refused: list[UnbookedRow] = field(default_factory=list)


def list_unbooked(staging: Staging, doubtful: bool, corrections: bool) -> Iterator[UnbookedRow]:
    """Yield the rows that are not booked because of what the comparison says; credits if they are not `corrections`."""
    yield from staging.rows(UnbookedRow, "list_refused", corrections=corrections)
    for missing in () if doubtful else staging.rows(MissingRow, "list_missing"):
        if reason := missing.why_doubtful:
            yield UnbookedRow(missing.row, reason)


def list_bookable(staging: Staging, doubtful: bool) -> Iterator[MissingRow]:
    """Yield the rows that were never received, oldest call first; doubtful ones, too, only if `doubtful`."""
    return (missing for missing in staging.rows(MissingRow, "list_missing") if doubtful or not missing.why_doubtful)


def book(booking: Booking, rows: Iterable[MissingRow], total: int, api_key: ApiKey, file_name: str) -> None:
    """Bill each row, and note in the Booking what became of it. It may be killed at any line and run again.

    Raises TLDialerConnectionError when the database is away; what was billed before that is billed.
    """
    with show_progress("Booking", rows, total) as rows_under_way:
        for missing in rows_under_way:
            book_row(booking, missing, api_key, file_name)


def book_row(booking: Booking, missing: MissingRow, api_key: ApiKey, file_name: str) -> None:
    delivery = deliver_row(missing, api_key, file_name)
    try:
        bill_unattended(delivery)
    except TLDialerConnectionError:
        raise
    except IngressError as refusal:
        booking.refused.append(UnbookedRow(missing.row, str(refusal)))
    booking.outcomes[delivery.outcome] += 1


def deliver_row(missing: MissingRow, api_key: ApiKey, file_name: str) -> Delivery:
    """Return the row as its webhook would have come; the delivery log says with it where it came from instead."""
    sent = {
        "did": missing.did,
        "cid": missing.cid,
        "cost": str(money(missing.cost)),
        "call_date": missing.call_date,
        "date_billed": missing.date_billed,
        "notes": missing.notes or missing.call_id,
        "idempotency_key": missing.call_id or name_row(missing),
        "imported_from": f"{file_name}, row {missing.row}",
    }
    return Delivery(
        parameters=Parameters(MultiDict({name: value for name, value in sent.items() if value}), MultiDict()),
        ip_address=NO_ADDRESS,
        received_at=datetime.now(UTC),
        deadline=get_deadline(),
        api_key=api_key,
    )


def name_row(missing: MissingRow) -> str | None:
    """Return a key for a row without the platform's id; None where the call itself is the key, as for a webhook.

    The call is no key where the file names only the day, or where INGRESS_DUPLICATES lets it be billed again.
    """
    if not missing.is_day and current_app.config["INGRESS_DUPLICATES"] == "replay":
        return None
    return f"invoice {missing.did} {missing.cid} {money(missing.cost)} {missing.call_date}"
