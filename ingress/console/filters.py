"""The filters of the log and the overview: a range of days, a key, an outcome, numbers, and where a page begins."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema
from marshmallow.validate import OneOf, Regexp

from ..intake.fields import normalise_number
from ..outcome import LOGGED_OUTCOMES

PERIOD_DAYS = 31  # at most; they are counted anew for each page, in half a second when 10,000 come in a day
FIRST_DAY, LAST_MOMENT = (
    date(2000, 1, 1),
    datetime.combine(date.max, time(23, 59, 59)),
)  # before and after all that is logged
NO_FILTERS = {"api_id": None, "outcome": None, "call_to": None, "call_from": None, "request_id": None}

Complaints = dict[str, list[str]]  # by field


class DayRange(NamedTuple):
    """A range of whole days of the dialer's clock, both included."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after the period."""
        return day_after(self.last)


class NumberField(fields.String):
    """A phone number, written in any way, as the log has it."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        try:
            return normalise_number(super()._deserialize(value, *args, **kwargs) or "")
        except ValueError as error:
            raise ValidationError(f"Not a North American number: {error}.") from None


class PeriodSchema(Schema):
    """Whole days of the dialer's clock, the last one included."""

    class Meta:
        unknown = EXCLUDE

    since = fields.Date()
    until = fields.Date()

    @validates_schema
    def check_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            raise ValidationError("This is before the first day.", "until")


class FilterSchema(PeriodSchema):
    api_id = fields.Integer()
    outcome = fields.String(validate=OneOf(LOGGED_OUTCOMES, error="No outcome of that name."))
    call_to = NumberField(data_key="did")
    call_from = NumberField(data_key="cid")
    request_id = fields.String(validate=Regexp(r"[0-9a-f]{32}\Z", error="32 hexadecimal digits, as in X-Request-ID."))
    before = fields.NaiveDateTime(format="iso")
    before_id = fields.Integer()


def load_form(schema: Schema, sent: Mapping[str, str]) -> tuple[dict[str, Any], Complaints]:
    """Return the values of a form's texts, blank ones left out, and the complaints by field."""
    given = {name: text.strip() for name, text in sent.items() if text.strip()}
    try:
        values: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        return dict(error.valid_data or {}), error.messages_dict
    return values, {}


def read_period(sent: Mapping[str, str], today: date) -> tuple[DayRange, Complaints]:
    """Return the DayRange, today by default and never longer than PERIOD_DAYS, and the complaints."""
    found, complaints = load_form(PeriodSchema(), sent)
    last = found.get("until", max(today, found.get("since", today)))
    first = found.get("since", last if "until" in found else today)
    if complaints or first > last:
        return DayRange(today, today), complaints
    if last - first >= timedelta(days=PERIOD_DAYS):
        complaints = {"since": [f"At most {PERIOD_DAYS} days are counted at a time."]}
        first = last - timedelta(days=PERIOD_DAYS - 1)
    return DayRange(first, last), complaints


def read_filters(sent: Mapping[str, str]) -> tuple[dict[str, Any], Complaints]:
    """Return what `list_deliveries` takes except `at_most`, and the complaints by field."""
    found, complaints = load_form(FilterSchema(), sent)
    since, until = found.pop("since", FIRST_DAY), found.pop("until", None)
    place = {"before": day_after(until) if until else LAST_MOMENT, "before_id": 0}
    return NO_FILTERS | {"since": midnight(since)} | place | found, complaints


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def day_after(day: date) -> datetime:
    return midnight(day + timedelta(days=1)) if day < date.max else LAST_MOMENT
