"""Callbacks of options: each returns the value that the command works with, or raises BadParameter."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import click
from environs import EnvError
from marshmallow import ValidationError

from ..config import parse_duration
from ..intake.fields import normalise_number, parse_cost

LONGEST_DURATION = timedelta(days=3650)  # ten years; more than any log holds, and still within the calendar


def check_duration(context: click.Context, parameter: click.Parameter, value: str | None) -> timedelta | None:
    """Return a length of time such as `7d`."""
    try:
        duration = None if value is None else parse_duration(value)
    except EnvError as error:
        raise click.BadParameter(str(error)) from None
    except (ValidationError, ValueError, OverflowError):
        raise click.BadParameter(f"{value} is not a length of time such as 7d, 12h or 90m.") from None
    if duration and duration > LONGEST_DURATION:
        raise click.BadParameter(f"{value} is longer than ten years.")
    return duration


def check_since(context: click.Context, parameter: click.Parameter, value: str | None) -> date | timedelta | None:
    """Return a day such as 2026-03-05, or a length of time before now such as 7d."""
    if value is None:
        return None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return check_day(context, parameter, value)
    try:
        return check_duration(context, parameter, value)
    except click.BadParameter as error:
        raise click.BadParameter(f"{error.message} Nor is it a day such as 2026-03-05.") from None


def check_day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    try:
        return None if value is None else datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has none
    except ValueError:
        raise click.BadParameter(f"{value} is not a day such as 2026-03-05.") from None


def since_moment(since: date | timedelta, now: datetime) -> datetime:
    """Return when that was, on the wall clock of `now`."""
    return now - since if isinstance(since, timedelta) else datetime.combine(since, time())


def check_time_zone(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """Return the name of a time zone."""
    try:
        return value and ZoneInfo(value).key
    except (KeyError, ValueError, OSError):
        raise click.BadParameter(f"{value} is not a time zone such as America/New_York.") from None


def parsed_with(parse: Callable[[str], object]) -> Callable[[click.Context, click.Parameter, str | None], str | None]:
    """Return a callback for a value that the service reads with `parse`; it returns the normalised text."""

    def check(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
        try:
            return value and str(parse(value))
        except ValueError as error:
            raise click.BadParameter(f"{value}: {error}.") from None

    return check


check_number = parsed_with(normalise_number)
check_cost = parsed_with(parse_cost)
