"""Every setting of the service, read once from the environment; wrong ones stop the start, all named at once."""

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

import limits
from environs import Env, EnvError, EnvValidationError
from environs.fields import TimeDelta
from marshmallow import ValidationError
from marshmallow.validate import OneOf, Range

from .sql import TLDIALER, list_dialers

CONSOLE_SECRET_LENGTH = 32  # the 128 bits of `openssl rand -hex 16`, beyond guessing


class SettingsError(SystemExit):
    """The service cannot start: the message names every setting that is missing or malformed."""


@dataclass(frozen=True)
class DatabaseUrl:
    """Where the dialer's database is: `hosts` are tried in order; `unix_socket` takes the place of all of them."""

    user: str
    password: str
    hosts: tuple[tuple[str, int], ...]
    database: str
    unix_socket: str | None = None
    ssl_ca: str | None = None
    ssl_verify_identity: bool = True

    def __repr__(self) -> str:
        return f"DatabaseUrl({self.user}@{self.unix_socket or self.hosts}/{self.database})"


def read_settings() -> dict[str, Any]:
    """Return the settings (README, `.env.example`) as a mapping for `app.config`; raises SettingsError."""
    env = Env(eager=False, expand_vars=False)
    for name, parser in PARSERS.items():
        env.add_parser(name, parser)
    settings = {
        "DATABASE_URL": env.database_url("TLDIALER_DATABASE_URL"),
        "DIALER": env.str("DIALER", TLDIALER, validate=OneOf(list_dialers())),
        "TLDIALER_ENABLED": env.bool("TLDIALER_ENABLED", True),
        "ADVANCED_CALL_LOG_ENABLED": env.bool("ADVANCED_CALL_LOG_ENABLED", True),
        "TLDIALER_TIMEZONE": env.time_zone("TLDIALER_TIMEZONE", "UTC"),
        "CALL_MATCH_BEFORE": env.duration("CALL_MATCH_BEFORE", "31d"),
        "CALL_MATCH_AFTER": env.duration("CALL_MATCH_AFTER", "3h"),
        "INGRESS_METHODS": env.methods("INGRESS_METHODS", "POST"),
        "INGRESS_DUPLICATES": env.str("INGRESS_DUPLICATES", "replay", validate=OneOf(["replay", "insert"])),
        "RATELIMIT_AUTH_FAILURES": env.rate_limit("RATELIMIT_AUTH_FAILURES", "60 per minute"),
        "RATELIMIT_STORAGE_URI": env.storage_uri("RATELIMIT_STORAGE_URI", "memory://"),
        "SENDERS": env.file("INGRESS_SENDERS", None),
        "SPOOL": env.folder("INGRESS_SPOOL", None),
        "TRUSTED_PROXIES": env.int("TRUSTED_PROXIES", 0, validate=Range(min=0)),
        "METRICS_TOKEN": env.str("METRICS_TOKEN", None, validate=validate_token),
        "LOG_NUMBERS": env.bool("LOG_NUMBERS", False),
        "CONSOLE_SECRET": env.console_secret("CONSOLE_SECRET", ""),
        "BIND": env.bind("BIND", "127.0.0.1:8000"),
        "WEB_CONCURRENCY": env.int("WEB_CONCURRENCY", 2, validate=Range(min=1)),
        "WORKER_CLASS": env.str("WORKER_CLASS", "patient", validate=OneOf(["patient", "gthread"])),
    }
    try:
        env.seal()
    except EnvValidationError as error:
        raise SettingsError(describe_messages(error.error_messages)) from None
    return settings


def describe_messages(messages: Any) -> str:
    lines = (f"  {name}: {' '.join(map(str, texts))}" for name, texts in sorted(messages.items()))
    return "These settings are missing or malformed (see .env.example):\n" + "\n".join(lines)


def parse_database_url(text: str) -> DatabaseUrl:
    """`mysql://user:password@h1:3306,h2:3306/database?unix_socket=…&ssl_ca=…&ssl_verify_identity=0` as a DatabaseUrl.

    The message of an error never repeats the text: it holds a password.
    """
    try:
        url = urlsplit(text)
        user_info, _, hosts = url.netloc.rpartition("@")
        user, _, password = user_info.partition(":")
        options = {name: values[-1] for name, values in parse_qs(url.query, strict_parsing=bool(url.query)).items()}
        parsed = DatabaseUrl(
            user=unquote(user),
            password=unquote(password),
            hosts=tuple(parse_host(host) for host in hosts.split(",")),
            database=unquote(url.path.removeprefix("/")),
            unix_socket=options.pop("unix_socket", None),
            ssl_ca=options.pop("ssl_ca", None),
            ssl_verify_identity={"0": False, "1": True}[options.pop("ssl_verify_identity", "1")],
        )
    except (ValueError, KeyError):
        raise EnvError(DATABASE_URL_FORM) from None
    if url.scheme != "mysql" or options or not parsed.user or not re.fullmatch(r"[^/]+", parsed.database):
        raise EnvError(DATABASE_URL_FORM)
    if parsed.ssl_ca and not Path(parsed.ssl_ca).is_file():
        raise EnvError("ssl_ca names no file.")
    if not parsed.ssl_ca and not parsed.ssl_verify_identity:
        raise EnvError("ssl_verify_identity=0 needs ssl_ca: without it there is no TLS at all.")
    return parsed


DATABASE_URL_FORM = (
    "Must look like mysql://user:password@host:port/database (options: unix_socket, ssl_ca, ssl_verify_identity=0)."
)


def parse_host(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::(\d{1,5}))?", text)
    if not match:
        raise ValueError(text)
    return match[1].strip("[]") or "localhost", int(match[2] or 3306)


def parse_time_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError):  # unknown; not a plain name; a folder such as "America"
        raise EnvError(f"{text!r} is no time zone such as America/New_York.") from None


def parse_duration(text: str) -> timedelta:
    """A length of time such as `31d`, `3h`, `90m` or `1d 12h` as a timedelta; never negative."""
    duration: timedelta = TimeDelta().deserialize(text)
    if duration < timedelta(0):
        raise EnvError("Must not be negative.")
    return duration


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
    "methods": parse_methods,
    "rate_limit": parse_rate_limit,
    "storage_uri": parse_storage_uri,
    "file": parse_file,
    "folder": parse_folder,
    "console_secret": parse_console_secret,
    "bind": parse_bind,
}
