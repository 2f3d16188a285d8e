"""What people ask of the log: a range of days, a key, an outcome, numbers; and where in the log a page begins."""

from datetime import date, datetime, time, timedelta

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema
from marshmallow.validate import OneOf, Regexp

from ..intake.fields import normalise_number
from ..outcome import LOGGED_OUTCOMES

LONGEST_DAYS = 31  # all of it is counted anew for each page: half a second when 10,000 come in a day
FIRST, LAST = date(2000, 1, 1), datetime.combine(date.max, time(23, 59, 59))  # before and after all that is logged
ALL = {"api_id": None, "outcome": None, "call_to": None, "call_from": None, "request_id": None}


class Number(fields.String):
    """A phone number, however it is written, as the log has it."""

    def _deserialize(self, value, *args, **kwargs):
        try:
            return normalise_number(super()._deserialize(value, *args, **kwargs))
        except ValueError as error:
            raise ValidationError(f"Not a North American number: {error}.") from None


class PeriodSchema(Schema):
    """Whole days of the dialer's clock, the last one included."""

    class Meta:
        unknown = EXCLUDE

    since = fields.Date()
    until = fields.Date()

    @validates_schema
    def check_order(self, data, **kwargs):
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            raise ValidationError("This is before the first day.", "until")


class FilterSchema(PeriodSchema):
    api_id = fields.Integer()
    outcome = fields.String(validate=OneOf(LOGGED_OUTCOMES, error="No outcome of that name."))
    call_to = Number(data_key="did")
    call_from = Number(data_key="cid")
    request_id = fields.String(validate=Regexp(r"[0-9a-f]{32}\Z", error="32 hexadecimal digits, as in X-Request-ID."))
    before = fields.NaiveDateTime(format="iso")
    before_id = fields.Integer()


def load(schema, sent):
    """Return what was understood of a form's texts, blank ones left out, and the complaints by field."""
    given = {name: text.strip() for name, text in sent.items() if text.strip()}
    try:
        return schema.load(given), {}
    except ValidationError as error:
        return error.valid_data, error.messages


def read_period(sent, today):
    """Return first and last day, today unless told otherwise, and the complaints; never longer than LONGEST_DAYS."""
    found, complaints = load(PeriodSchema(), sent)
    last = found.get("until", max(today, found.get("since", today)))
    first = found.get("since", last if "until" in found else today)
    if complaints or first > last:
        return today, today, complaints
    if last - first >= timedelta(days=LONGEST_DAYS):
        complaints = {"since": [f"At most {LONGEST_DAYS} days are counted at a time."]}
        first = last - timedelta(days=LONGEST_DAYS - 1)
    return first, last, complaints


def read_filters(sent):
    """Return what `list_deliveries` takes but for `at_most`, and the complaints by field."""
    found, complaints = load(FilterSchema(), sent)
    since, until = found.pop("since", FIRST), found.pop("until", None)
    place = {"before": day_after(until) if until else LAST, "before_id": 0}
    return ALL | {"since": midnight(since)} | place | found, complaints


def midnight(day):
    return datetime.combine(day, time())


def day_after(day):
    return midnight(day + timedelta(days=1)) if day < date.max else LAST
