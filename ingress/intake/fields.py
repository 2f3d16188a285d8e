"""Phone number, cost and time: the sender's text in, an exact value out; a doubtful text is a ValueError."""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import phonenumbers

NORTH_AMERICAN = re.compile(r"[2-9]\d{2}[2-9]\d{6}")  # neither area code nor exchange starts with 0 or 1

PLAIN_NUMBER = re.compile(r"(?:\+?1)?([2-9]\d{2}[2-9]\d{6})", re.ASCII)  # needs no interpretation

COST_TEXT = re.compile(r"\$?\s*(?=[\d.])(\d{1,3}(?:,\d{3})+|\d*)(\.\d+)?", re.ASCII)
NEGATIVE = re.compile(r"[-\u2212]\s*\$?\s*[\d.]|\(\s*\$?\s*[\d.]")
COST_STEP = Decimal("0.0001")
COST_LIMIT = Decimal(10) ** 8  # DECIMAL(12,4) ends just below

EARLIEST = datetime(2000, 1, 1)  # noqa: DTZ001 - compared with the wall clock of the zone that the value has
LATEST = timedelta(days=1)  # ahead of now; clocks and time zones of senders differ by no more

EPOCH = re.compile(r"(\d{9,10}|\d{12,13})(?:\.\d+)?", re.ASCII)  # seconds or milliseconds, from the year 2000 on
BARE_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d{8}|\d{1,2}/\d{1,2}/\d{4}", re.ASCII)
OFFSET = re.compile(
    r"(?P<clock>.*(?:\d:\d\d|T\d{6})(?:[.,]\d+)?(?: ?[AP]M)?)"
    r" ?(?:Z|UTC|GMT|(?P<sign>[ +-])(?P<hours>\d\d):?(?P<minutes>[0-5]\d)?)",
    re.ASCII | re.IGNORECASE,
)
ISO_8601 = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:[+-]\d\d:[0-5]\d)?)?"  # extended: 2024-03-05T14:21:09.034
    r"|\d{8}(?:T\d{6}(?:[+-]\d\d:[0-5]\d)?)?",  # basic: 20240305T142109
    re.ASCII,
)
OTHER_FORMS = [
    "%m/%d/%Y",
    *(
        f"{date} {clock}{offset}"
        for date in ("%m/%d/%Y", "%Y-%m-%d")
        for clock in ("%I:%M:%S %p", "%I:%M %p", "%H:%M:%S", "%H:%M")
        for offset in ("", "%z")
    ),
]


def normalise_number(text: str) -> str:
    """Return the 10 digits of a North American number written in any way (`docs/contract.md`, did and cid).

    The digits that were sent must all belong to the number: an extension or a second number is refused, and so is
    a number spelled in letters, since a stray word would become digits that were never dialled.
    """
    text = text.strip()
    if plain := PLAIN_NUMBER.fullmatch(text):
        return plain[1]
    if any(character.isalpha() for character in text.removeprefix("tel:")):
        raise ValueError("a phone number has no letters")
    if text.startswith("-") or any(character.isdecimal() and not character.isascii() for character in text):
        raise ValueError("not a phone number")
    try:
        parsed = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        raise ValueError("not a phone number") from None
    digits = str(parsed.national_number)
    if parsed.country_code != 1 or not NORTH_AMERICAN.fullmatch(digits):
        raise ValueError("not a 10- or 11-digit North American number")
    if phonenumbers.normalize_digits_only(text) not in (digits, "1" + digits):
        raise ValueError("digits beyond the number")
    return digits


def parse_cost(text: str) -> Decimal:
    """Return a cost as Decimal with 4 places, rounded half up; in the account's currency (`docs/contract.md`)."""
    match = COST_TEXT.fullmatch(text.strip())
    if not match and NEGATIVE.match(text.strip()):
        raise ValueError("below zero: send what the call costs now, 0 to cancel it")
    if not match:
        raise ValueError("not a plain amount such as 12.50")
    amount = Decimal(match[1].replace(",", "") + (match[2] or ""))
    if amount >= COST_LIMIT:
        raise ValueError("too large")
    amount = amount.quantize(COST_STEP, ROUND_HALF_UP)
    if amount >= COST_LIMIT:
        raise ValueError("too large")
    return amount


def parse_time(text: str, time_zone: ZoneInfo, now: datetime) -> datetime:
    """Return an aware datetime, whole seconds (a fraction is cut off, as a wall clock does).

    A value without an offset is read in `time_zone`; where the clock is set back, as the first of the two. Outside
    2000-01-01 ... one day after `now` is a ValueError: it would be a slip of units or of the century.
    """
    value = read_time(text.strip()).replace(microsecond=0)
    if value.tzinfo is None:
        value = value.replace(tzinfo=time_zone)
    if value.replace(tzinfo=None) < EARLIEST or value > now + LATEST:
        raise ValueError("outside 2000-01-01 and one day from now")
    return value


def read_time(text: str) -> datetime:
    """The forms of `docs/contract.md`, tried from the most to the least exact; naive where no offset was sent."""
    if match := EPOCH.fullmatch(text):
        seconds = int(match[1]) // (1000 if len(match[1]) > 10 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    text = restore_offset(re.sub(r"(?<=\d)(?=[AP]M)", " ", text, flags=re.IGNORECASE))
    if ISO_8601.fullmatch(text):
        return datetime.fromisoformat(text)
    for form in OTHER_FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - naive ones get their zone from parse_time
        except ValueError:
            continue
    raise ValueError("not a date and time such as 2024-03-05T14:21:09Z")


def has_clock(text: object) -> bool:
    """Return False for a bare date, which names a day and no moment, and where no time was sent."""
    return isinstance(text, str) and bool(text.strip()) and not BARE_DATE.fullmatch(text.strip())


def restore_offset(text: str) -> str:
    """Write any offset as +HH:MM right behind the clock; form decoding made the `+` of some a space."""
    match = OFFSET.fullmatch(text)
    if not match:
        return text
    sign = (match["sign"] or "+").replace(" ", "+")
    return f"{match['clock']}{sign}{match['hours'] or '00'}:{match['minutes'] or '00'}"
