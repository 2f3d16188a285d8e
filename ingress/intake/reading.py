"""What was sent for each parameter, and from where: by a sender's entry, else by the documented names."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from werkzeug.datastructures import MultiDict

from .absent import Absent
from .nested import find_misplaced
from .parameters import GivenTwice, Parameters
from .places import Places, as_text
from .schemas import ALIASES, PARAMETER_HEADERS, REQUIRED, Sent, collect_billable_call, find_sent
from .senders import Sender

NOTHING: MultiDict[str, Any] = MultiDict()


class Found(NamedTuple):
    """What came for a parameter, and from where."""

    value: Any
    origin: str | None


class NotFound(Absent):
    """The places of a required parameter, none of which has a value."""

    __slots__ = ()

    def complaint(self) -> str:
        return f"there is nothing at {self}, where this sender has it"


def collect_sent(parameters: Parameters, sender: Sender | None) -> Sent:
    """Return what was sent for each parameter, by its name; without a sender, by the documented names alone."""
    if sender is None:
        return collect_billable_call(parameters)
    return {name: found.value for name, found in trace_sent(parameters, sender).items()}


def trace_sent(parameters: Parameters, sender: Sender | None) -> dict[str, Found]:
    """Return what was sent for each parameter, by its name, and from where."""
    reading = ReadValue(parameters, sender or Sender())
    found = {name: reading.find(name) for name in ALIASES}
    if cancelled := reading.find_cancellation():
        found["cost"] = cancelled
    return found | {name: Found(reading.accept(name, value), "replay") for name, value in parameters.changed.items()}


def describe_understood(parameters: Parameters, sender: Sender | None) -> dict[str, dict[str, Any]]:
    """Return for each parameter that came its value and its origin, as a dry run answers them."""
    return {
        name: {"value": found.value, "from": found.origin}
        for name, found in trace_sent(parameters, sender).items()
        if isinstance(found.value, str | bool) and not isinstance(found.value, Absent)
    }


class ReadValue:
    """One request as a sender's entry reads it."""

    def __init__(self, parameters: Parameters, sender: Sender) -> None:
        self.parameters = parameters
        self.sender = sender
        self.places = Places(parameters)

    def find(self, name: str) -> Found:
        """Return the first value that is present, else a token or a filler, else what the error is to say."""
        absent = None
        for found in self.list_found(name):
            if isinstance(found.value, Absent):
                absent = absent or found
            elif found.value is not None:
                return found
        if absent is None and name in REQUIRED:
            return Found(self.explain(name), None)
        return absent or Found(None, None)

    def explain(self, name: str) -> Absent | None:
        """Return what the error says of a required parameter that did not come."""
        if paths := self.sender.fields.get(name):
            return NotFound(" or ".join(path.text for path in paths))
        return find_misplaced(self.parameters, ALIASES[name])

    def list_found(self, name: str) -> Iterator[Found]:
        """Yield what each source has for a parameter, in the order in which they count.

        The documented names of a parameter that the sender has elsewhere count in the URL only, which a person has
        written: in the platform's body they are the platform's own.
        """
        header, paths = PARAMETER_HEADERS.get(name, ""), self.sender.fields.get(name, ())
        if header in self.parameters.headers:
            yield Found(self.accept(name, self.parameters.headers[header]), f"header {header}")
        for path in paths:
            for label in self.places.by_label:
                yield Found(self.accept(name, self.places.look_up(label, path)), f"{label} {path.text}")
        for alias in ALIASES[name]:
            for label in ["query"] if paths else self.places.by_label:
                yield Found(self.accept_named(name, label, alias), f"{label} {alias}")
        yield Found(self.accept(name, self.parameters.path.get(name)), "path")
        yield Found(self.sender.constants.get(name), "constant")

    def accept(self, name: str, value: Any) -> Any:
        """Return a value as the documented reading would take it: None or an Absent if it counts as absent."""
        if isinstance(value, GivenTwice):
            return value
        return find_sent(self.only(path={name: value}), name, ())

    def accept_named(self, name: str, label: str, alias: str) -> Any:
        """Return what the documented reading takes from one place under one of its names."""
        return find_sent(self.only(**{label: self.places.by_label[label]}), name, (alias,))

    def only(self, body: Any = NOTHING, query: Any = NOTHING, path: dict[str, Any] | None = None) -> Parameters:
        """Return the request as if it had nothing else."""
        parameters = Parameters(body, query, path or {})
        parameters.secret = self.parameters.secret
        return parameters

    def find_cancellation(self) -> Found | None:
        """Return the amount 0 where a place says that the call costs nothing now."""
        for path, values in self.sender.cancel_when.items():
            for label in self.places.by_label:
                value = self.places.look_up(label, path)
                if isinstance(value, GivenTwice):
                    return Found(value, None)
                if as_text(value) in values:
                    return Found("0", f"cancel_when {path.text}")
        return None
