"""Dates and times in the forms of exports, read by one expression; which of two numbers is the day is never guessed."""

import re
from datetime import datetime, timedelta, timezone

from .day_order import DayOrder, Order

CENTURY = 2000  # of a year of two digits
ZONES = dict(Z=0, UTC=0, GMT=0, EST=-5, EDT=-4, CST=-6, CDT=-5, MST=-7, MDT=-6, PST=-8, PDT=-7)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
DAY = r"\d\d?(?:st|nd|rd|th)?"
CLOCK_TEXT = r"(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<seconds>\d\d)(?:[.,]\d+)?)?(?: ?(?P<half>[ap])\.?m\.?)?"
ZONE_TEXT = rf" ?\(?(?P<zone>{'|'.join(ZONES)})? ?(?P<offset>[+-]\d\d(?::?[0-5]\d)?)?\)?(?P<note> \([a-z ]+\))?"
FORM = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? )?(?:"
    r"(?P<year>\d{4})(?P<sign>[-/.])(?P<month>\d\d?)(?P=sign)(?P<day>\d\d?)"
    r"|(?P<first>\d\d?)(?P<mark>[-/.])(?P<second>\d\d?)(?P=mark)(?P<numbers_year>\d{4}|\d\d)"
    rf"|(?P<name>{MONTH}) ?(?P<name_day>{DAY}),? ?(?P<name_year>\d{{4}})"
    rf"|(?P<day_name>{DAY})[- /.]?(?P<named>{MONTH})[- /.,]{{0,2}}(?P<named_year>\d{{4}}|\d\d)"
    rf")(?:(?:,? ?T|,? (?:at )?){CLOCK_TEXT}(?:{ZONE_TEXT})?)?",
    re.ASCII | re.IGNORECASE,
)
CLOCK_ONLY = re.compile(rf"{CLOCK_TEXT}(?:{ZONE_TEXT})?", re.ASCII | re.IGNORECASE)


def read_date(text: str, order: DayOrder) -> tuple[datetime, bool] | None:
    """Return the time, naive where it has no offset, and whether it has a clock; None for any other form.

    Raises ValueError where there is no such day, or where it may be one of two.
    """
    form = FORM.fullmatch(text)
    if not form:
        return None
    if form["first"]:
        year, month, day = read_numbers(form, text, order)
    elif form["year"]:
        year, month, day = int(form["year"]), int(form["month"]), int(form["day"])
    else:
        name, number = form["name"] or form["named"], form["name_day"] or form["day_name"]
        year = read_year(form["name_year"] or form["named_year"])
        month, day = MONTHS.index(name[:3].lower()) + 1, int(number.rstrip("stndrhSTNDRH"))
    if form["hour"] is None:
        return datetime(year, month, day), False  # noqa: DTZ001 - the file's time zone is added by the caller
    return datetime(year, month, day, *read_clock(form), tzinfo=read_zone(form)), True


def read_year(text: str) -> int:
    return int(text) if len(text) == 4 else CENTURY + int(text)


def read_clock(form: re.Match[str]) -> tuple[int, int, int]:
    hour = int(form["hour"])
    if form["half"]:
        if not 1 <= hour <= 12:
            raise ValueError(f"{hour} is no hour of a clock with AM and PM")
        hour = hour % 12 + (12 if form["half"] in "pP" else 0)
    return hour, int(form["minute"]), int(form["seconds"] or 0)


def read_zone(form: re.Match[str]) -> timezone | None:
    """Return the offset behind the clock. A text in brackets, as browsers add it, only explains an offset."""
    if offset := form["offset"]:
        hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
        ahead = timedelta(hours=hours, minutes=minutes)
        return timezone(-ahead if offset[0] == "-" else ahead)
    if form["note"]:
        raise ValueError(f"its time zone {form['note'].strip()} is not known: give an offset such as -05:00")
    zone = form["zone"]
    return timezone(timedelta(hours=ZONES[zone.upper()])) if zone else None


def read_numbers(form: re.Match[str], text: str, order: DayOrder) -> tuple[int, int, int]:
    """Return year, month and day of a date in numbers. With points or hyphens it may be of any country."""
    numbers = form.group("first", "second", "numbers_year", "mark")
    if known := order.known.get(numbers):
        return known
    first, second, year = int(numbers[0]), int(numbers[1]), read_year(numbers[2])
    which = order.read(first, second, year, text) if first != second else Order.MONTH_FIRST
    if which is None and form["mark"] != "/":
        raise ValueError("day or month first? Say --day-first or --month-first")
    order.known[numbers] = (year, second, first) if which is Order.DAY_FIRST else (year, first, second)
    return order.known[numbers]
