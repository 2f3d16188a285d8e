"""What a *sender* is: an entry of a file that says how the fixed body of a platform is read (`docs/senders.md`)."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from flask import current_app

from ..errors import SenderNotConfigured

log = logging.getLogger(__name__)


class Path(NamedTuple):
    """Where a value stands: `text` as the file of senders has it, `steps` from the outermost name to the innermost."""

    text: str
    steps: tuple[str, ...]

    def names(self) -> set[str]:
        """Return the names under which a form, or a flat object, has the same place: `call[cost]`, `call.cost`."""
        first, *others = self.steps
        return {self.text, ".".join(self.steps), first + "".join(f"[{step}]" for step in others)}


@dataclass(frozen=True)
class Sender:
    """One entry of a file of senders.

    `fields` has the places of a parameter in the order in which they count, `constants` a text for a parameter that did
    not come, `cancel_when` the values, in lower case, with which a place says that the amount is now 0.
    """

    fields: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    cancel_when: Mapping[Path, frozenset[str]] = field(default_factory=dict)
    time_zone: str | None = None


def find_sender(name: str) -> Sender:
    """Return the sender of a key; raises SenderNotConfigured when it has been taken out of the file.

    Its body must not be read by the documented names instead: a `cost` in it may be what the platform charges for the
    line.
    """
    sender: Sender | None = current_app.extensions["senders"].get(name)
    if sender is None:
        log.error("sender %s is the sender of an API key, but no file has it: its deliveries fail", name)
        raise SenderNotConfigured(name)
    return sender
