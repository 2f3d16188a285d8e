"""Reads the files of senders at the start: whatever is wrong in them is named at once, and stops the start."""

import re
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path as File
from typing import Any
from zoneinfo import ZoneInfo

from environs import EnvError
from flask import Flask
from marshmallow import ValidationError

from ..config import SettingsError, parse_time_zone
from .schemas import ALIASES, billable_call_schema
from .senders import Path, Sender

OUR_SENDERS = File(__file__).parents[1] / "senders.toml"
NAME_LIMIT = 50  # characters, as in api_keys.sender
PATH = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[[^.\[\]]+\])*")
STEP = re.compile(r"[^.\[\]]+")
CONSTANTS = ("did", "cost", "notes", "dry_run")  # the others differ from call to call


def init_app(app: Flask) -> None:
    app.extensions["senders"] = load_senders(app.config["SENDERS"])


def load_senders(file: File | None) -> dict[str, Sender]:
    """Return the senders by name: ours, and those of a file, which take the place of ours with the same name.

    Raises SettingsError, which names all that is wrong in them.
    """
    problems: list[str] = []
    entries = read_sender_file(OUR_SENDERS, problems) | (read_sender_file(file, problems) if file else {})
    senders = {name: read_sender(name, entry, problems) for name, entry in entries.items()}
    if problems:
        lines = "".join(f"\n  {problem}" for problem in problems)
        raise SettingsError(f"These senders cannot be read (see docs/senders.md):{lines}")
    return senders


def read_sender_file(file: File, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"), parse_float=str)
    except (OSError, ValueError) as error:  # no such file, not UTF-8, or no TOML
        problems.append(f"{file}: {error}")
        return {}


def read_sender(name: str, entry: Any, problems: list[str]) -> Sender:
    """Return the Sender, less what is wrong with it; that is added to `problems`."""
    if not 0 < len(name) <= NAME_LIMIT:
        problems.append(f"{name}: its name must have 1 to {NAME_LIMIT} characters")
    if not isinstance(entry, dict):
        problems.append(f"{name}: must be a table such as [{name}.fields]")
        return Sender()
    read: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in READERS:
            problems.append(f"{name}.{key}: unknown; an entry has {', '.join(READERS)}")
            continue
        try:
            read[key] = READERS[key](value)
        except Malformed as error:
            problems += [f"{name}.{key}{problem}" for problem in error.problems]
    return Sender(**read)


class Malformed(Exception):
    """What is wrong in one part of an entry; each text goes on where the name of the part ends."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(*problems)
        self.problems = problems


def read_table(table: Any, read: Callable[[str, Any], Any]) -> Iterator[tuple[str, Any]]:
    """Yield each name with its value as `read` returns it; raises Malformed with all that `read` does not take."""
    if not isinstance(table, dict):
        raise Malformed([": must be a table"])
    problems = []
    for name, value in table.items():
        try:
            yield name, read(name, value)
        except ValueError as error:
            problems.append(f".{name}: {error}")
    if problems:
        raise Malformed(problems)


def read_fields(table: Any) -> dict[str, tuple[Path, ...]]:
    return dict(read_table(table, read_places))


def read_places(parameter: str, places: Any) -> tuple[Path, ...]:
    if parameter not in ALIASES:
        raise ValueError(f"not a parameter; there are {', '.join(ALIASES)}")
    texts = [places] if isinstance(places, str) else places
    if not isinstance(texts, list) or not texts:
        raise ValueError("must be a name, a path, or a list of them")
    return tuple(parse_place(text) for text in texts)


def parse_place(text: Any) -> Path:
    if not isinstance(text, str) or text != text.strip() or not PATH.fullmatch(text):
        raise ValueError(f"{text!r} is not a path such as value, data.call.payout or call[cost]")
    return Path(text, tuple(STEP.findall(text)))


def read_constants(table: Any) -> dict[str, str]:
    return dict(read_table(table, read_constant))


def read_constant(parameter: str, value: Any) -> str:
    """Return the text of a constant that a request could have sent."""
    if parameter not in CONSTANTS:
        raise ValueError(f"cannot be the same for every call; constants are {', '.join(CONSTANTS)}")
    text = read_value(value)
    try:
        context = {"time_zone": ZoneInfo("UTC"), "now": datetime.now(UTC)}
        billable_call_schema.fields[parameter].deserialize(text, parameter, context)
    except ValidationError as error:
        raise ValueError(str(error.messages[0])) from None
    return text


def read_cancel_when(table: Any) -> dict[Path, frozenset[str]]:
    return {parse_place(text): values for text, values in read_table(table, read_cancelling)}


def read_cancelling(path: str, values: Any) -> frozenset[str]:
    parse_place(path)
    if not isinstance(values, list) or not values:
        raise ValueError('must be a list of values such as ["2", "refunded"]')
    return frozenset(read_value(value).strip().lower() for value in values)


def read_value(value: Any) -> str:
    """Return a text, a number or a boolean of the file as a request sends it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int) and str(value).strip():
        return str(value)
    raise ValueError(f"{value!r} is neither a text nor a number")


def read_time_zone(text: Any) -> str:
    try:
        return parse_time_zone(str(text)).key
    except EnvError as error:
        raise Malformed([f": {error}"]) from None


READERS: dict[str, Callable[[Any], Any]] = {
    "fields": read_fields,
    "constants": read_constants,
    "cancel_when": read_cancel_when,
    "time_zone": read_time_zone,
}
