"""Required names that a sender has put one level down, so that the error can say where they are."""

import json
import re
from collections.abc import Iterable, Iterator

from werkzeug.datastructures import MultiDict

from .parameters import Absent, Parameters

BRACKETED = re.compile(r"(\w+)\[(\w+)\]")


class Nested(Absent):
    """Where a value was found that nobody looks for there: `data.cost`, `call[cost]`."""

    __slots__ = ()

    def complaint(self) -> str:
        return f"found at {self}; a sender's map can take it from there (docs/senders.md)"


def find_nested(parameters: Parameters, aliases: tuple[str, ...]) -> Nested | None:
    """Return the place one level down in which one of the names is, or None."""
    places = (place for name, place in list_nested_names(parameters) if name.lower() in aliases)
    return next(map(Nested, places), None)


def list_nested_names(parameters: Parameters) -> Iterator[tuple[str, str]]:
    """Yield each name one level down and its place: in an object, behind a bracket, in JSON within a form's field."""
    for outer, value in [*parameters.body.items(multi=True), *parameters.query.items(multi=True)]:
        if match := BRACKETED.fullmatch(outer):
            yield match[2], outer
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
