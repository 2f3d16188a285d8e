"""Looks up the places that a sender names: a name, a path into an object or a list, or into a JSON text."""

import json
from typing import Any

from werkzeug.datastructures import MultiDict

from .body import JSON_HOOKS, NotJson, is_too_deep
from .parameters import GivenTwice, Parameters, single
from .senders import Path


class Places:
    """Body and query of one request; a JSON text in them is parsed once."""

    def __init__(self, parameters: Parameters) -> None:
        self.by_label = {"body": parameters.body, "query": parameters.query}
        self.parsed: dict[str, Any] = {}

    def look_up(self, label: str, path: Path) -> Any:
        """Return what stands at a path in body or query: None if nothing, a GivenTwice if it cannot be told."""
        place: Any = self.by_label[label]
        try:
            for name in path.names():
                if (value := find_named(place, name)) is not None:
                    return value
            for step in path.steps:
                place = self.step_into(place, step)
        except GivenTwice as ambiguous:
            return ambiguous
        return place

    def step_into(self, value: Any, step: str) -> Any:
        """Return what an object has under a name, or a list at a position; an object may be a JSON text."""
        if isinstance(value, str):
            if value not in self.parsed:
                self.parsed[value] = parse_json_text(value)
            value = self.parsed[value]
        if isinstance(value, dict):
            return find_named(value, step)
        if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            return value[int(step)]
        return None


def find_named(place: dict[str, Any], name: str) -> Any:
    """Return the value of a name, the exact one before one that differs in case; raises GivenTwice.

    An object within a body is a plain dict once it comes from the delivery log.
    """
    if name not in place:
        name = next((each for each in place if each.lower() == name.lower()), name)
    return single(place, (name,)) if isinstance(place, MultiDict) else place.get(name)


def parse_json_text(text: str) -> Any:
    """Return the object or list that a text is in JSON, or None."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = json.loads(text, **JSON_HOOKS)
    except (ValueError, RecursionError, NotJson):
        return None
    return None if is_too_deep(value) else value


def as_text(value: Any) -> str | None:
    """Return a value as `cancel_when` compares it: JSON's true as `true`, without regard to case."""
    return str(value).strip().lower() if isinstance(value, str | bool) else None
