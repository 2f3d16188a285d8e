"""Every setting of the service, read once from the environment; wrong ones stop the start, all named at once."""

import os
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import limits
from environs import Env, EnvError, EnvValidationError
from marshmallow import ValidationError
from marshmallow.validate import OneOf, Range

from ..sql import TLDIALER, list_dialers
from .alarm_hours import AlarmHours, read_alarm_hours
from .database_url import DatabaseUrl as DatabaseUrl
from .database_url import parse_database_url as parse_database_url
from .durations import parse_duration as parse_duration
from .misspelt import list_misspelt

CONSOLE_SECRET_LENGTH = 32  # the 128 bits of `openssl rand -hex 16`, beyond guessing


class SettingsError(SystemExit):
    """The service cannot start: the message names every setting that is missing or malformed."""


def read_settings() -> dict[str, Any]:
    """Return the settings (README, `.env.example`) as a mapping for `app.config`; raises SettingsError.

    `MISSPELT` has a sentence for each variable of the environment that is probably meant as a setting and is none.
    """
    env = Env(eager=False, expand_vars=False)
    for name, parser in PARSERS.items():
        env.add_parser(name, parser)
    settings = read_dialer(env) | read_intake(env) | read_operation(env)
    known = set(env.dump())  # without those that are malformed
    try:
        env.seal()
    except EnvValidationError as error:
        known |= set(error.error_messages)
        raise SettingsError(describe_messages(error.error_messages, list_misspelt(os.environ, known))) from None
    return settings | {"MISSPELT": list_misspelt(os.environ, known)}


def read_dialer(env: Env) -> dict[str, Any]:
    """Return the settings of the dialer: where its database is, and how a call is found there."""
    return {
        "DATABASE_URL": env.database_url("TLDIALER_DATABASE_URL"),
        "DIALER": env.str("DIALER", TLDIALER, validate=OneOf(list_dialers())),
        "TLDIALER_ENABLED": env.bool("TLDIALER_ENABLED", True),
        "ADVANCED_CALL_LOG_ENABLED": env.bool("ADVANCED_CALL_LOG_ENABLED", True),
        "TLDIALER_TIMEZONE": env.time_zone("TLDIALER_TIMEZONE", "UTC"),
        "CALL_MATCH_BEFORE": env.duration("CALL_MATCH_BEFORE", "31d"),
        "CALL_MATCH_AFTER": env.duration("CALL_MATCH_AFTER", "3h"),
    }


def read_intake(env: Env) -> dict[str, Any]:
    """Return the settings of what is taken in: from where, how it is read, and where it waits."""
    return {
        "INGRESS_METHODS": env.methods("INGRESS_METHODS", "POST"),
        "INGRESS_DUPLICATES": env.str("INGRESS_DUPLICATES", "replay", validate=OneOf(["replay", "insert"])),
        "RATELIMIT_AUTH_FAILURES": env.rate_limit("RATELIMIT_AUTH_FAILURES", "60 per minute"),
        "RATELIMIT_STORAGE_URI": env.storage_uri("RATELIMIT_STORAGE_URI", "memory://"),
        "SENDERS": env.file("INGRESS_SENDERS", None),
        "SPOOL": env.folder("INGRESS_SPOOL", None),
        "TRUSTED_PROXIES": env.int("TRUSTED_PROXIES", 0, validate=Range(min=0)),
    }


def read_operation(env: Env) -> dict[str, Any]:
    """Return the settings of those who run the service: what they see of it, and how it is served."""
    return {
        "NOTIFY": env.str("INGRESS_NOTIFY", ""),
        "ALARM_HOURS": env.alarm_hours("ALARM_HOURS", "mon-sun 0:00-24:00"),
        "ALARM_SILENCE": env.int("ALARM_SILENCE", 12, validate=Range(min=1)),
        "ALARM_SHARE": env.share("ALARM_SHARE", "30%"),
        "ALARM_DELAY": env.duration("ALARM_DELAY", "15m"),
        "METRICS_TOKEN": env.str("METRICS_TOKEN", None, validate=validate_token),
        "LOG_NUMBERS": env.bool("LOG_NUMBERS", False),
        "CONSOLE_SECRET": env.console_secret("CONSOLE_SECRET", ""),
        "BIND": env.bind("BIND", "127.0.0.1:8000"),
        "WEB_CONCURRENCY": env.int("WEB_CONCURRENCY", 2, validate=Range(min=1)),
        "WORKER_CLASS": env.str("WORKER_CLASS", "patient", validate=OneOf(["patient", "gthread"])),
    }


def describe_messages(messages: Any, misspelt: list[str]) -> str:
    wrong = [f"{name}: {' '.join(map(str, texts))}" for name, texts in sorted(messages.items())]
    return "\n  ".join(["These settings are missing or malformed (see .env.example):", *wrong, *misspelt])


def parse_time_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown; not a plain name; a folder such as "America"
        raise EnvError(f"{text!r} is no time zone such as America/New_York.") from None


def parse_alarm_hours(text: str) -> AlarmHours:
    try:
        return read_alarm_hours(text)
    except ValueError:
        raise EnvError(f"{text!r} is nothing such as 'mon-fri 9:00-18:00, sat 10:00-14:00'.") from None


def parse_share(text: str) -> float:
    """Return 30 % as 0.3."""
    match = re.fullmatch(r"(\d{1,3}) ?%", text)
    if not match or not 0 < int(match[1]) <= 100:
        raise EnvError(f"{text!r} is no share such as 30%.")
    return int(match[1]) / 100


def parse_methods(text: str) -> frozenset[str]:
    methods = frozenset(method.strip().upper() for method in text.split(","))
    if not methods <= {"POST", "GET"}:
        raise EnvError("Must be POST, GET or POST,GET.")
    return methods


def parse_rate_limit(text: str) -> limits.RateLimitItem:
    try:
        return limits.parse(text)
    except ValueError:
        raise EnvError(f"{text!r} is no rate such as '60 per minute'.") from None


def parse_storage_uri(text: str) -> str:
    uri = "memory://" if text == "memory" else text
    if not re.match(r"(memory|rediss?|redis\+\w+)://", uri):
        raise EnvError("Must be memory or redis://host:port/0.")
    return uri


def validate_token(text: str | None) -> None:
    if text is not None and not re.fullmatch(r"[!-~]{16,}", text):
        raise ValidationError("Must have at least 16 plain characters, without blanks.")


def parse_folder(text: str) -> Path | None:
    """Return an absolute path, so that service and commands mean the same folder; None when blank."""
    if text and not Path(text).is_absolute():
        raise EnvError("Must be an absolute path.")
    return Path(text) if text else None


def parse_file(text: str) -> Path | None:
    """Return an absolute path, so that service and commands read the same file; None when blank."""
    if text and not (Path(text).is_absolute() and Path(text).is_file()):
        raise EnvError(f"Must be the absolute path of a file: there is none at {text}.")
    return Path(text) if text else None


def parse_console_secret(text: str) -> str:
    """Return the secret that signs cookies, and so makes admins; blank turns the console off."""
    if 0 < len(text) < CONSOLE_SECRET_LENGTH:
        raise EnvError(f"Must have {CONSOLE_SECRET_LENGTH} characters or more, or be left out.")
    return text


def parse_bind(text: str) -> str:
    if not re.fullmatch(r"unix:.+|(\[[0-9A-Fa-f:.]+\]|[^:\s]+):\d{1,5}", text):
        raise EnvError("Must be address:port or unix:/path.")
    return text


PARSERS = {
    "database_url": parse_database_url,
    "time_zone": parse_time_zone,
    "duration": parse_duration,
    "alarm_hours": parse_alarm_hours,
    "share": parse_share,
    "methods": parse_methods,
    "rate_limit": parse_rate_limit,
    "storage_uri": parse_storage_uri,
    "file": parse_file,
    "folder": parse_folder,
    "console_secret": parse_console_secret,
    "bind": parse_bind,
}
