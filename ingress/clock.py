"""Times as the dialer's tables hold them: naive, on the wall clock of TLDIALER_TIMEZONE, in whole seconds."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app


def dialer_zone() -> ZoneInfo:
    """Return TLDIALER_TIMEZONE."""
    zone: ZoneInfo = current_app.config["TLDIALER_TIMEZONE"]
    return zone


def sender_zone(name: str | None) -> ZoneInfo:
    """Return the zone in which a key's times without an offset are read; `name` is the key's own, if it has one."""
    return ZoneInfo(name) if name else dialer_zone()


def wall_clock(value: datetime, zone: ZoneInfo) -> datetime:
    """Return the naive local time of an aware datetime."""
    return value.astimezone(zone).replace(tzinfo=None)


def dialer_time(value: datetime) -> datetime:
    """Return an aware datetime as the dialer's tables hold it."""
    return value.astimezone(dialer_zone()).replace(tzinfo=None, microsecond=0)


def dialer_now() -> datetime:
    """Return the present as the dialer's tables hold it."""
    return dialer_time(datetime.now(UTC))


def aware_time(value: datetime) -> datetime:
    """Return a time of the dialer's tables with its zone; of the two hours when the clock is set back, the first."""
    return value.replace(tzinfo=dialer_zone())


def write_distance(distance: timedelta) -> str:
    """Return how much earlier or later, in the two largest units."""
    if abs(distance) < timedelta(minutes=1):
        return "within a minute"
    days, (hours, minutes) = abs(distance).days, divmod(abs(distance).seconds // 60, 60)
    parts = [f"{number} {unit}" for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number][:2]
    return f"{' '.join(parts)} {'later' if distance > timedelta(0) else 'earlier'}"
