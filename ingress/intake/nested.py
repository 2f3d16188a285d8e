"""Required names in a wrong place, one level down or behind a second `?`: the error says where they are."""

import json
import re
from collections.abc import Iterable, Iterator

from werkzeug.datastructures import MultiDict

from .absent import QUOTED, Absent
from .parameters import TWO_QUESTION_MARKS, Parameters

BELOW = re.compile(r"\w+(?:\[(\w+)\]|\.(\w+))")  # the ways in which forms write it


class Nested(Absent):
    """Where a value was found that is not looked for there: `data.cost`, `call[cost]`."""

    __slots__ = ()

    def complaint(self) -> str:
        return f"found at {self[:QUOTED]}; a sender's map can take it from there (docs/senders.md)"


class Swallowed(Absent):
    """The value of a query that has swallowed a second part of it, behind another `?`."""

    __slots__ = ()

    def complaint(self) -> str:
        return TWO_QUESTION_MARKS


def find_misplaced(parameters: Parameters, aliases: tuple[str, ...]) -> Absent | None:
    """Return where one of the names may be in place of where it should: one level down, or behind a second `?`."""
    places = (place for name, place in list_nested_names(parameters) if name.lower() in aliases)
    if place := next(places, None):
        return Nested(place)
    return next((Swallowed(text) for text in list_swallowed(parameters) if names_one(text, aliases)), None)


def list_swallowed(parameters: Parameters) -> Iterator[str]:
    """Yield what stands behind a second `?` in the query."""
    for pair in parameters.query.items(multi=True):
        yield from (text.partition("?")[2] for text in pair if "?" in text)


def names_one(text: str, names: tuple[str, ...]) -> bool:
    return text.lower().startswith(tuple(f"{name}=" for name in names)) or text.lower() in names


def list_nested_names(parameters: Parameters) -> Iterator[tuple[str, str]]:
    """Yield each name one level down and its place: in an object, behind a bracket, in JSON within a form's field."""
    for outer, value in [*parameters.body.items(multi=True), *parameters.query.items(multi=True)]:
        if match := BELOW.fullmatch(outer):
            yield match[1] or match[2], outer
        for name in list_names(value):
            yield name, f"{outer}.{name}"


def list_names(value: object) -> Iterable[str]:
    if isinstance(value, MultiDict):
        return value.keys()
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            found: dict[str, object] = json.loads(value)
        except (ValueError, RecursionError):
            return []
        return found.keys()
    return []
