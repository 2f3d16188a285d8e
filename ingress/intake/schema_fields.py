"""A marshmallow field for each kind of parameter: the text that was sent in, an exact value or the error out."""

from typing import Any

from marshmallow import ValidationError
from marshmallow.fields import Field

from ..errors import IngressError
from .absent import QUOTED, Absent
from .fields import normalise_number, parse_cost, parse_time
from .parameters import TWO_QUESTION_MARKS, GivenTwice

SWITCH = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
NOTES_LIMIT = 65_535  # bytes of UTF-8, a TEXT column
KEY_LIMIT = 255  # characters


class ParameterField(Field[Any]):
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
        if value is None or isinstance(value, Absent):
            return self.absent(value)
        if not isinstance(value, str):
            raise ValidationError([(self.missing or self.invalid)("neither a text nor a number")])
        try:
            return self.parse(value, data)
        except ValueError as error:
            raise ValidationError([self.invalid(f"{value[:QUOTED]}: {describe_error(value, error)}")]) from None

    def parse(self, text: str, data: Any) -> Any:
        """Return the exact value of a text; raises ValueError."""
        raise NotImplementedError

    def absent(self, stand_in: Absent | None) -> Any:
        if self.missing:
            raise ValidationError([self.missing(stand_in and stand_in.complaint())])


def describe_error(text: str, error: ValueError) -> str:
    """Return what is wrong with a text; the `?` of `12.50?notes=x` is that of a URL which has two of them."""
    if isinstance(error, UnicodeError):
        return "not valid Unicode"
    return TWO_QUESTION_MARKS if "=" in text.partition("?")[2] else str(error)


def require_unicode(text: str) -> str:
    """Return the text; UnicodeEncodeError, a ValueError, for the half characters that JSON lets through."""
    text.encode()
    return text


class PhoneNumberField(ParameterField):
    def parse(self, text: str, data: Any) -> Any:
        return normalise_number(text)


class CostField(ParameterField):
    def parse(self, text: str, data: Any) -> Any:
        return parse_cost(text)


class TimeField(ParameterField):
    """Naive values are read in the sender's time zone, which comes with the parameters as `time_zone`, like `now`."""

    def parse(self, text: str, data: Any) -> Any:
        return parse_time(text, data["time_zone"], data["now"])


class NotesField(ParameterField):
    def parse(self, text: str, data: Any) -> Any:
        size = len(require_unicode(text).encode())
        if size > NOTES_LIMIT:
            raise ValidationError([self.invalid(f"{size} bytes, {NOTES_LIMIT} are allowed")])
        return text


class IdempotencyKeyField(ParameterField):
    def parse(self, text: str, data: Any) -> Any:
        key = text.strip()
        if len(key) > KEY_LIMIT:
            raise ValidationError([self.invalid(f"{len(key)} characters, {KEY_LIMIT} are allowed")])
        return require_unicode(key)


class SwitchField(ParameterField):
    """JSON may write it as a boolean."""

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        return super().deserialize(str(value) if isinstance(value, bool) else value, attr, data, **kwargs)

    def parse(self, text: str, data: Any) -> Any:
        try:
            return SWITCH[text.strip().lower()]
        except KeyError:
            raise ValueError("neither 1 nor 0") from None

    def absent(self, stand_in: Absent | None) -> bool:
        return False
