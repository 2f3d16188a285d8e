"""TLDIALER_DATABASE_URL: where the dialer's database is, and how to come in."""

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from environs import EnvError

DATABASE_URL_FORM = (
    "Must look like mysql://user:password@host:port/database (options: unix_socket, ssl_ca, ssl_verify_identity=0)."
)
# User or password hold what ends or divides a URL: it then stands before the last @.
UNENCODED = re.compile(r"://.*[@/#?\[\]].*@", re.DOTALL)
ENCODED_SIGNS = ", ".join(f"{character} is %{ord(character):02X}" for character in "@:/#?[]%")
PERCENT_ENCODING = f"A user or password with one of these signs must have it percent-encoded: {ENCODED_SIGNS}."


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


def parse_database_url(text: str) -> DatabaseUrl:
    """`mysql://user:password@h1:3306,h2:3306/database?unix_socket=…&ssl_ca=…&ssl_verify_identity=0` as a DatabaseUrl.

    The message of an error never repeats the text: it holds a password.
    """
    try:
        url = split_database_url(text)
    except (ValueError, KeyError):
        raise EnvError(describe_form(text)) from None
    if url.ssl_ca and not Path(url.ssl_ca).is_file():
        raise EnvError("ssl_ca names no file.")
    if not url.ssl_ca and not url.ssl_verify_identity:
        raise EnvError("ssl_verify_identity=0 needs ssl_ca: without it there is no TLS at all.")
    return url


def split_database_url(text: str) -> DatabaseUrl:
    """Return the parts of the URL; raises ValueError or KeyError for any other form."""
    url = urlsplit(text)
    user_info, _, hosts = url.netloc.rpartition("@")
    user, _, password = user_info.partition(":")
    database = unquote(url.path.removeprefix("/"))
    options = {name: values[-1] for name, values in parse_qs(url.query, strict_parsing=bool(url.query)).items()}
    if url.scheme != "mysql" or not user or not re.fullmatch(r"[^/@]+", database) or url.fragment:
        raise ValueError
    if options.keys() - {"unix_socket", "ssl_ca", "ssl_verify_identity"}:
        raise ValueError
    return DatabaseUrl(
        user=unquote(user),
        password=unquote(password),
        hosts=tuple(parse_host(host) for host in hosts.split(",")),
        database=database,
        unix_socket=options.get("unix_socket"),
        ssl_ca=options.get("ssl_ca"),
        ssl_verify_identity={"0": False, "1": True}[options.get("ssl_verify_identity", "1")],
    )


def describe_form(text: str) -> str:
    """Return what the URL must look like, and what is likely wrong with it."""
    return f"{DATABASE_URL_FORM} {PERCENT_ENCODING}" if UNENCODED.search(text) else DATABASE_URL_FORM


def parse_host(text: str) -> tuple[str, int]:
    match = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::(\d{1,5}))?", text)
    if not match:
        raise ValueError(text)
    return match[1].strip("[]") or "localhost", int(match[2] or 3306)
