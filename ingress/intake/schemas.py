"""What a sender may send: every parameter of a billable call with its aliases, its form and its errors."""

from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from marshmallow import EXCLUDE, Schema, ValidationError
from marshmallow.fields import Field

from .. import errors
from ..errors import IngressError
from .fields import has_clock, normalise_number, parse_cost, parse_time
from .parameters import QUOTED, GivenTwice, Parameters, UnfilledToken, is_blank, is_unfilled

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
PARAMETER_HEADERS = {"idempotency_key": "Idempotency-Key", "dry_run": "Dry-Run"}
SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
NO_COST = {"null", "undefined", "--"}  # what platforms render for a payout that is not known yet
NOTES_LIMIT = 65_535  # bytes of UTF-8, a TEXT column
KEY_LIMIT = 255  # characters

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


Sent = dict[str, Any]  # what was sent for each parameter, as it was sent, by its name of the schema


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


class Parameter(Field[Any]):
    """A parameter as text; `missing` is the error when a required one is absent, `invalid` when it does not parse.

    `about` is what the reference says of it; what it may look like is said of its class (`openapi/forms.py`).
    """

    def __init__(self, invalid: type[IngressError], missing: type[IngressError] | None = None, *, about: str) -> None:
        super().__init__(metadata={"description": about})
        self.invalid = invalid
        self.missing = missing

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        if isinstance(value, GivenTwice):
            raise ValidationError([self.invalid("given twice")])
        if value is None or isinstance(value, UnfilledToken):
            return self.absent(value)
        if not isinstance(value, str):
            raise ValidationError([(self.missing or self.invalid)("neither a text nor a number")])
        try:
            return self.parse(value, data)
        except ValueError as error:
            reason = "not valid Unicode" if isinstance(error, UnicodeError) else error
            raise ValidationError([self.invalid(f"{value[:QUOTED]}: {reason}")]) from None

    def parse(self, text: str, data: Any) -> Any:
        """Return the exact value of a text; raises ValueError."""
        raise NotImplementedError

    def absent(self, token: UnfilledToken | None) -> Any:
        if self.missing:
            raise ValidationError([self.missing(token and token.complaint())])


def require_unicode(text: str) -> str:
    """JSON can smuggle in halves of characters, which no database takes; a ValueError (UnicodeEncodeError) then."""
    text.encode()
    return text


class PhoneNumber(Parameter):
    def parse(self, text: str, data: Any) -> Any:
        return normalise_number(text)


class Cost(Parameter):
    def parse(self, text: str, data: Any) -> Any:
        if text.strip().lower() in NO_COST:
            raise ValidationError([errors.MissingCost(f"{text.strip()} is no cost")])
        return parse_cost(text)


class Time(Parameter):
    """Naive values are read in the sender's time zone, which comes with the parameters as `time_zone`, like `now`."""

    def parse(self, text: str, data: Any) -> Any:
        return parse_time(text, data["time_zone"], data["now"])


class Notes(Parameter):
    def parse(self, text: str, data: Any) -> Any:
        size = len(require_unicode(text).encode())
        if size > NOTES_LIMIT:
            raise ValidationError([self.invalid(f"{size} bytes, {NOTES_LIMIT} are allowed")])
        return text


class IdempotencyKey(Parameter):
    def parse(self, text: str, data: Any) -> Any:
        key = text.strip()
        if len(key) > KEY_LIMIT:
            raise ValidationError([self.invalid(f"{len(key)} characters, {KEY_LIMIT} are allowed")])
        return require_unicode(key)


class Switch(Parameter):
    """JSON may write it as a boolean."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        return super().deserialize(str(value) if isinstance(value, bool) else value, attr, data, **kwargs)

    def parse(self, text: str, data: Any) -> Any:
        try:
            return SWITCH[text.strip().lower()]
        except KeyError:
            raise ValueError("neither 1 nor 0") from None

    def absent(self, token: UnfilledToken | None) -> bool:
        return False


class BillableCallSchema(Schema):
    """Whatever else a platform adds is none of our business."""

    class Meta:
        unknown = EXCLUDE

    did = PhoneNumber(errors.InvalidDid, errors.MissingDid, about="The number that was dialled.")
    cid = PhoneNumber(errors.InvalidCid, errors.MissingCid, about="The caller's number.")
    cost = Cost(errors.InvalidCost, errors.MissingCost, about="What the call costs.")
    date_billed = Time(errors.InvalidDateBilled, about="When the call was billed; now, if absent.")
    call_date = Time(
        errors.InvalidCallDate,
        about="When the call was delivered; the call log is searched around it. Now, if absent.",
    )
    notes = Notes(errors.InvalidNotes, about="Whatever shall be kept with the cost.")
    idempotency_key = IdempotencyKey(
        errors.InvalidIdempotencyKey,
        about="The sender's own id of this call: sent again with it, the call gets its first answer and is not billed.",
    )
    dry_run = Switch(errors.InvalidDryRun, about="Answer as if, with a null `cost_id`, and bill nothing.")


billable_call_schema = BillableCallSchema()


def collect_billable_call(parameters: Parameters) -> Sent:
    """What was sent for each parameter, as it was sent, by its name of the schema; the path last, headers first."""
    return {name: find_sent(parameters, name, aliases) for name, aliases in ALIASES.items()}


def find_sent(parameters: Parameters, name: str, aliases: tuple[str, ...]) -> Any:
    header = parameters.headers.get(PARAMETER_HEADERS.get(name, ""))
    if not is_blank(header) and not is_unfilled(header):
        return header
    try:
        return parameters.find(aliases, parameters.path.get(name))
    except GivenTwice as ambiguous:
        return ambiguous


def change_parameter(parameters: Parameters, name: str, value: str) -> None:
    """Give a parameter another value, whatever was sent for it."""
    for alias in ALIASES[name]:
        parameters.body.poplist(alias)
        parameters.query.poplist(alias)
    parameters.path.pop(name, None)
    parameters.headers.pop(PARAMETER_HEADERS.get(name, ""), None)
    parameters.body.add(name, value)


def load_billable_call(
    sent: Sent, time_zone: ZoneInfo, now: datetime
) -> tuple[Understood, BillableCall | IngressError]:
    """Return what could be understood, and the BillableCall or the error that `docs/contract.md` puts first.

    Times without an offset are read in `time_zone`; `now` is aware.
    """
    try:
        values = billable_call_schema.load({**sent, "time_zone": time_zone, "now": now})
    except ValidationError as error:
        found = [refusal for refusals in error.normalized_messages().values() for refusal in refusals]
        return understand(error.valid_data), min(found, key=lambda refusal: ERROR_PRECEDENCE.index(type(refusal)))
    return understand(values), BillableCall(**values, has_clock=has_clock(sent["call_date"]))


def understand(values: Any) -> Understood:
    return Understood(**{name: values[name] for name in Understood._fields if name in values})
