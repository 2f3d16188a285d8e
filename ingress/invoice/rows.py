"""A row of an export: text in, exact values out, and what is wrong with it in the words of the webhook's answers."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

from .. import errors
from ..clock import wall_clock
from ..intake.fields import COST_STEP, normalise_number, parse_cost, parse_time
from ..intake.schemas import NO_COST
from .files import EXCEL_EPOCH

AMOUNT = re.compile(
    r"(?P<open>\()?(?P<minus>[-\u2212])?(?:USD|US\$|\$)?(?P<later>(?(minus)(?!)|[-\u2212]))?(?P<number>\$?[\d.,]+)(?:USD)?(?(open)\))"
)
DECIMAL_COMMA = re.compile(r"(\d+|\d{1,3}(?:\.\d{3})+),(\d{1,2}|\d{4})")  # three digits would be thousands
DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}|\d{1,2}/\d{1,2}/\d{4}")  # without a clock
SERIAL = re.compile(r"[2-7]\d{4}(?:\.\d+)?")  # Excel's days since 1900 or 1904: 1954 ... 2118
TOTAL = re.compile(r"(?:(?:grand|sub)[ -]?)?totals?\b", re.IGNORECASE)
MONTH_NAMES = [
    f"{date} {clock}"
    for date in ("%b %d, %Y", "%d %b %Y")
    for clock in ("%I:%M:%S %p", "%I:%M %p", "%H:%M:%S", "%H:%M")
]
NAIVE_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the dialer's wall clock has no zone

normalise_number = lru_cache(10_000)(normalise_number)  # few DIDs, and callers who call again


class Reading(NamedTuple):
    """How the file's texts are read: its time zone, the dialer's, now, and Excel's day 0."""

    time_zone: ZoneInfo
    dialer_zone: ZoneInfo
    now: datetime
    epoch: datetime = EXCEL_EPOCH
    did: str | None = None  # of rows that do not say


def is_total(cells, text):
    """True for a row that is no call: it has neither caller nor id, and begins with `Total` or has no date either."""
    if any(value and not TOTAL.match(value) for value in (text["cid"], text["call_id"])):
        return False
    first = next((value.strip() for value in cells if value.strip()), "")
    return bool(TOTAL.match(first)) or not (text["call_date"] or text["date_billed"])


def read_row(number, text, reading):
    """Return the row as it is staged: times as seconds on the dialer's wall clock, money in ten-thousandths.

    A field that cannot be read is None; `problem` says why, of several the first in the webhook's order.
    """
    problems = []
    read = partial(read_field, problems)
    row = {"row": number, "call_id": text["call_id"] or None, "notes": text["notes"] or None}
    row["did"] = read(errors.InvalidDid, normalise_number, text["did"] or reading.did or "", errors.MissingDid)
    row["cid"] = read(errors.InvalidCid, normalise_number, text["cid"], errors.MissingCid)
    row["blank"] = not text["cost"] or text["cost"].lower() in NO_COST
    row["cost"] = read(errors.InvalidCost, parse_amount, "" if row["blank"] else text["cost"], errors.MissingCost)
    billed = read(errors.InvalidDateBilled, partial(parse_moment, reading=reading), text["date_billed"])
    called = read(errors.InvalidCallDate, partial(parse_moment, reading=reading), text["call_date"]) or billed
    if not called and not problems:
        problems.append(f"{errors.InvalidCallDate.text}: the row does not say when")
    row |= describe_times(called, billed, reading)
    row["problem"] = problems[0] if problems else None
    return row


def read_field(problems, invalid, parse, text, missing=None):
    if not text:
        if missing:
            problems.append(missing.text)
        return None
    try:
        return parse(text)
    except ValueError as error:
        problems.append(f"{invalid.text}: {text[:100]}: {error}")
        return None


def describe_times(called, billed, reading):
    """`since` and `until` are a day apart where the file names only the day; `call_date` is then its end.

    So the last call of that day is found for it, and none of the days before unless there was none.
    """
    first, last = called or (None, None)
    return {
        "since": first and wall_seconds(first, reading.dialer_zone),
        "until": last and wall_seconds(last, reading.dialer_zone),
        "call_date": last and last.isoformat(),
        "date_billed": billed and billed[0].isoformat(),
    }


def wall_seconds(value, time_zone):
    return int((wall_clock(value, time_zone) - NAIVE_EPOCH).total_seconds())


def wall_time(seconds):
    """The naive time of the dialer's wall clock."""
    return NAIVE_EPOCH + timedelta(seconds=seconds)


def parse_moment(text, reading):
    """Return the first and the last moment that the text may mean: the same one, or the ends of a day."""
    if SERIAL.fullmatch(text):
        moment = reading.epoch + timedelta(days=float(text))
        moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)  # it is stored as a fraction of a day
        text = str(moment.date()) if "." not in text else moment.isoformat()
    value = parse_time(spell_out(text), reading.time_zone, reading.now)
    if not DAY.fullmatch(text):
        return value, value
    return value, value.replace(hour=23, minute=59, second=59)


def spell_out(text):
    """A time with the month's name in digits; any other as it is."""
    for form in MONTH_NAMES if re.search("[A-Za-z]{3}", text) else ():
        try:
            return datetime.strptime(text, form).isoformat()  # noqa: DTZ007 - parse_time knows the zone
        except ValueError:
            continue
    return text


def parse_amount(text):
    """Return an amount in ten-thousandths: a cost, but also one below zero, or with a decimal comma."""
    match = AMOUNT.fullmatch(re.sub(r"\s", "", text))
    if not match:
        raise ValueError("not a plain amount such as 12.50")
    number = match["number"]
    if comma := DECIMAL_COMMA.fullmatch(number):
        number = f"{comma[1].replace('.', '')}.{comma[2]}"
    amount = int(parse_cost(number) / COST_STEP)
    return -amount if match["open"] or match["minus"] or match["later"] else amount


def now():
    return datetime.now(UTC)
