"""Phone number, cost and time: the sender's text in, an exact value out; a doubtful text is a ValueError."""

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

import phonenumbers

NORTH_AMERICAN = re.compile(r"[2-9]\d{2}[2-9]\d{6}")  # neither area code nor exchange starts with 0 or 1

PLAIN_NUMBER = re.compile(r"(?:\+?1)?([2-9]\d{2}[2-9]\d{6})", re.ASCII)  # needs no interpretation
WRITTEN_AS_FLOAT = re.compile(r"(\+?)(\d+)(?:\.(\d*))?(?:e\+?(\d\d?))?", re.ASCII | re.IGNORECASE)

BLANKS = r"[ \t\u00a0\u202f]*"  # browsers write an amount's currency behind a blank that does not break
CURRENCY = rf"(?:(?:US)?\$|USD)?{BLANKS}"
COST_TEXT = re.compile(
    rf"(?:\+{BLANKS}{CURRENCY}|{CURRENCY}(?:\+{BLANKS})?)"
    rf"(?=\.?\d)([1-9]\d{{0,2}}(?:,\d{{3}})+|\d*)(\.\d*)?{BLANKS}{CURRENCY}",
    re.ASCII | re.IGNORECASE,
)
MINUS = r"[-\u2010-\u2015\u2212\ufe63\uff0d]"  # with its look-alikes
NEGATIVE = re.compile(
    rf"{CURRENCY}(?:{MINUS}|\(){BLANKS}{CURRENCY}{MINUS}?\.?\d|{CURRENCY}[\d.,]+{BLANKS}{CURRENCY}{MINUS}{BLANKS}{CURRENCY}$",
    re.ASCII | re.IGNORECASE,
)
COST_STEP = Decimal("0.0001")
COST_LIMIT = Decimal(10) ** 8  # DECIMAL(12,4) ends just below

EARLIEST = datetime(2000, 1, 1)  # noqa: DTZ001 - compared with the wall clock of the zone that the value has
LATEST = timedelta(days=1)  # ahead of now; clocks and time zones of senders differ by no more

EPOCH = re.compile(r"(\d{9,10}|\d{12,13})(?:\.\d+)?", re.ASCII)  # seconds or milliseconds, from the year 2000 on
CLOCK = re.compile(r":|\d{9}|T\d{4}", re.ASCII)  # what tells a moment from a bare date
OFFSET = re.compile(
    r"(?P<clock>.*(?:\d:\d\d|T\d{6})(?:[.,]\d+)?(?: ?[AP]M)?)"
    r" ?(?:Z|(?P<sign>[ +-])(?P<hours>\d\d):?(?P<minutes>[0-5]\d)?)",
    re.ASCII | re.IGNORECASE,
)
ZONE = re.compile(r"(.*\d(?: ?[AP]M)?) ?(UTC|GMT|[ECMP][SD]T)", re.ASCII | re.IGNORECASE)
ZONE_HOURS = {"UTC": 0, "GMT": 0, "E": -5, "C": -6, "M": -7, "P": -8}  # of standard time
ISO_8601 = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:[+-]\d\d:[0-5]\d)?)?"  # extended: 2024-03-05T14:21:09.034
    r"|\d{8}(?:T\d{6}(?:[.,]\d+)?(?:[+-]\d\d:[0-5]\d)?)?",  # basic: 20240305T142109
    re.ASCII,
)
DIGITS_ONLY = re.compile(r"^(\d{8})(\d{6})(?!\d)", re.ASCII)
ZONE_IN_WORDS = re.compile(
    r" (?:GMT)?([+-]\d{4}) ?\([^()]*\)$", re.ASCII
)  # -0500 (EST) in mail, GMT-0500 (...) in browsers
WEEKDAY = re.compile(r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*[, ] ?", re.IGNORECASE)
FRACTION = re.compile(r"(?<=:\d\d)[.,]\d+", re.ASCII)
BEFORE_AM_PM = re.compile(r"(?<=\d)(?=[AP]M)", re.IGNORECASE)
DATES = ("%m/%d/%Y", "%Y-%m-%d", "%Y/%m/%d", "%b %d %Y", "%d %b %Y", "%B %d %Y", "%d %B %Y")
CLOCKS = ("%I:%M:%S %p", "%I:%M %p", "%H:%M:%S", "%H:%M")
OTHER_FORMS = [
    *(f"{date} {clock}{offset}" for date in DATES for clock in CLOCKS for offset in ("", "%z")),
    *DATES,
]


def normalise_number(text: str) -> str:
    """Return the 10 digits of a North American number written in any way (`docs/contract.md`, did and cid).

    The digits that were sent must all belong to the number: an extension or a second number is refused, and so is
    a number spelled in letters, since a stray word would become digits that were never dialled.
    """
    text = text.strip()
    if plain := PLAIN_NUMBER.fullmatch(text):
        return plain[1]
    text = restore_float(text)
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


def restore_float(text: str) -> str:
    """Return the digits of a number that a spreadsheet wrote as 18005550142.0 or 1.8005550142E10.

    All digits must have been written: 1.80056E10 may be any of a million numbers.
    """
    match = WRITTEN_AS_FLOAT.fullmatch(text)
    if not match:
        return text
    digits = match[2] + (match[3] or "")
    size = len(match[2]) + int(match[4] or 0)
    is_whole = len(digits) >= size and not digits[size:].strip("0")
    return match[1] + digits[:size] if is_whole and size in (10, 11) else text


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
    if text.endswith(")"):
        text = ZONE_IN_WORDS.sub(r"\1", text)
    text = DIGITS_ONLY.sub(r"\1T\2", " ".join(text.split()))
    if match := ZONE.fullmatch(text):
        return read_naive(match[1]).replace(tzinfo=parse_zone(match[2].upper()))
    text = restore_offset(text)
    if ISO_8601.fullmatch(text):
        return datetime.fromisoformat(text)
    return read_other_form(text)


def read_naive(text: str) -> datetime:
    """Return a time that must not have an offset of its own, for a zone stands behind it."""
    value = read_time(text)
    if value.tzinfo:
        raise ValueError("two time zones")
    return value


def parse_zone(name: str) -> timezone:
    """Return the zone of UTC, GMT or a North American abbreviation such as EST or PDT."""
    hours = ZONE_HOURS[name] if name in ZONE_HOURS else ZONE_HOURS[name[0]] + (name[1] == "D")
    return timezone(timedelta(hours=hours))


def read_other_form(text: str) -> datetime:
    """Return a time in a form that is not ISO's; commas, a weekday and a fraction of a second do not matter."""
    text = FRACTION.sub("", text).replace(",", " ")
    text = " ".join(BEFORE_AM_PM.sub(" ", WEEKDAY.sub("", text)).split())
    for form in OTHER_FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - naive ones get their zone from parse_time
        except ValueError:
            continue
    raise ValueError("not a date and time such as 2024-03-05T14:21:09Z")


def has_clock(text: object) -> bool:
    """Return False for a bare date, which names a day and no moment, and where no time was sent."""
    return isinstance(text, str) and CLOCK.search(text) is not None


def restore_offset(text: str) -> str:
    """Write any offset as +HH:MM right behind the clock; form decoding made the `+` of some a space."""
    match = OFFSET.fullmatch(text)
    if not match:
        return text
    sign = (match["sign"] or "+").replace(" ", "+")
    return f"{match['clock']}{sign}{match['hours'] or '00'}:{match['minutes'] or '00'}"
