"""What a sender may send: every parameter of a billable call with its aliases, its form and its errors."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from marshmallow import EXCLUDE, Schema, ValidationError
from werkzeug.datastructures import MultiDict

from .. import errors
from ..errors import IngressError
from .absent import is_filler, is_filler_or_zero_date, is_present
from .fields import has_clock
from .nested import find_misplaced
from .parameters import GivenTwice, Parameters
from .schema_fields import CostField, IdempotencyKeyField, NotesField, PhoneNumberField, SwitchField, TimeField

ALIASES = {
    "did": ("inbound_number", "number_dialed", "call_to", "did"),
    "cid": ("phone_number", "phone", "cid", "call_from"),
    "cost": ("cost",),
    "date_billed": ("date_billed",),
    "call_date": ("call_date",),
    "notes": ("notes",),
    "idempotency_key": ("idempotency_key",),
    "dry_run": ("dry_run",),
}
NO_VALUES: dict[str, Callable[[str], bool]] = {  # what counts as absent; elsewhere fillers do
    "date_billed": is_filler_or_zero_date,
    "call_date": is_filler_or_zero_date,
    "notes": lambda text: False,  # in which a filler is text
}
REQUIRED = ("did", "cid", "cost")
PARAMETER_HEADERS = {"idempotency_key": "Idempotency-Key", "dry_run": "Dry-Run"}

ERROR_PRECEDENCE: list[type[IngressError]] = [
    errors.MissingDid,
    errors.MissingCid,
    errors.InvalidDid,
    errors.InvalidCid,
    errors.MissingCost,
    errors.InvalidCost,
    errors.InvalidDateBilled,
    errors.InvalidCallDate,
    errors.InvalidNotes,
    errors.InvalidIdempotencyKey,
    errors.InvalidDryRun,
]


Sent = dict[str, Any]  # what was sent for each parameter, as it was sent, by its name in the schema


class Understood(NamedTuple):
    """What the delivery log shows of a call, as far as it could be understood."""

    did: str | None = None
    cid: str | None = None
    cost: Decimal | None = None
    call_date: datetime | None = None


class BillableCall(NamedTuple):
    """A call that can be billed: exact values, times aware."""

    did: str
    cid: str
    cost: Decimal
    date_billed: datetime | None
    call_date: datetime | None
    has_clock: bool
    notes: str | None
    idempotency_key: str | None
    dry_run: bool


class BillableCallSchema(Schema):
    """The parameters of a billable call; what else a platform sends is ignored."""

    class Meta:
        unknown = EXCLUDE

    did = PhoneNumberField(errors.InvalidDid, errors.MissingDid, about="The number that was dialled.")
    cid = PhoneNumberField(errors.InvalidCid, errors.MissingCid, about="The caller's number.")
    cost = CostField(errors.InvalidCost, errors.MissingCost, about="What the call costs now: 0 cancels it.")
    date_billed = TimeField(errors.InvalidDateBilled, about="When the call was billed; now, if absent.")
    call_date = TimeField(
        errors.InvalidCallDate,
        about="When the call was delivered; the call log is searched around it. Now, if absent. A day without a clock"
        " time does not tell two calls apart.",
    )
    notes = NotesField(errors.InvalidNotes, about="Any text to keep with the cost.")
    idempotency_key = IdempotencyKeyField(
        errors.InvalidIdempotencyKey,
        about="The sender's own id of this call. Sent again with it, the same amount changes nothing, and another one"
        " corrects the cost.",
    )
    dry_run = SwitchField(
        errors.InvalidDryRun, about="Validate and answer as usual but store nothing; `cost_id` is null."
    )


billable_call_schema = BillableCallSchema()


def collect_billable_call(parameters: Parameters) -> Sent:
    """Return what was sent for each parameter, by its name in the schema: from the header first, from the path last."""
    sent = {name: find_sent(parameters, name, aliases) for name, aliases in ALIASES.items()}
    for name in REQUIRED:
        if sent[name] is None:
            sent[name] = find_misplaced(parameters, ALIASES[name])
    if parameters.changed:
        changed = Parameters(MultiDict(), MultiDict(), parameters.changed)
        sent |= {name: find_sent(changed, name, ()) for name in parameters.changed}
    return sent


def find_sent(parameters: Parameters, name: str, aliases: tuple[str, ...]) -> Any:
    if name in PARAMETER_HEADERS and is_present(header := parameters.headers.get(PARAMETER_HEADERS[name])):
        return parameters.mask(header)
    try:
        return parameters.find(aliases, parameters.path.get(name), is_no_value=NO_VALUES.get(name, is_filler))
    except GivenTwice as ambiguous:
        return ambiguous


def load_billable_call(
    sent: Sent, time_zone: ZoneInfo, now: datetime
) -> tuple[Understood, BillableCall | IngressError]:
    """Return what could be understood, and the BillableCall or the error that `docs/contract.md` puts first.

    Times without an offset are read in `time_zone`; `now` is aware.
    """
    try:
        values = billable_call_schema.load({**sent, "time_zone": time_zone, "now": now})
    except ValidationError as error:
        found = [refusal for refusals in error.messages_dict.values() for refusal in refusals]
        return understand(error.valid_data), min(found, key=lambda refusal: ERROR_PRECEDENCE.index(type(refusal)))
    return understand(values), BillableCall(
        **values, has_clock=values["call_date"] is not None and has_clock(sent["call_date"])
    )


def understand(values: Any) -> Understood:
    return Understood(**{name: values[name] for name in Understood._fields if name in values})
