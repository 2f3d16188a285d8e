"""One delivery under way: what a sender reports of one call, from its arrival to its outcome."""

import random
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .clock import dialer_time, sender_zone
from .database.queries import ApiKey, Origin
from .intake.parameters import Parameters
from .intake.reading import collect_sent, describe_understood
from .intake.schema_fields import SWITCH
from .intake.schemas import BillableCall, Sent, Understood, load_billable_call
from .intake.senders import find_sender
from .outcome import Outcome

MILLISECONDS_LIMIT = 4_000_000_000  # 46 days; the column ends a little above, as the server may add its own time
NOTHING_UNDERSTOOD = Understood()


def new_request_id() -> str:
    """Return 32 hex digits that are no secret; they begin with the time in ms, so an index of them grows at its end."""
    return f"{time.time_ns() // 1_000_000:012x}{random.getrandbits(80):020x}"


@dataclass(slots=True)
class Delivery:
    """One delivery under way.

    `received_at` is aware, `deadline` on the monotonic clock. `api_key` is None until it has been found valid;
    `claimed_api_id` is an id that exists, but came with a wrong key; `has_old_secret` is about one that was rotated and
    came with the secret from before. `sent` and `understood` are filled when its call is read. `duplicate_of` and
    `replay_of` are ids of the delivery log. `is_late`: it is billed some time after it came, so newer calls may have
    been billed before it. `is_forced`: an operator books its amount, even if the call had it before. `takes_long`:
    billing it in one trip took too long.
    """

    parameters: Parameters
    ip_address: str
    received_at: datetime
    deadline: float | None
    request_id: str = field(default_factory=new_request_id)
    began: float = field(default_factory=time.monotonic)
    api_key: ApiKey | None = None
    claimed_api_id: int | None = None
    has_old_secret: bool = False
    sent: Sent = field(default_factory=dict)
    understood: Understood = NOTHING_UNDERSTOOD
    outcome: Outcome | None = None
    duplicate_of: int | None = None
    replay_of: int | None = None
    is_late: bool = False
    is_forced: bool = False
    takes_long: bool = False

    def read_call(self) -> BillableCall:
        """Return the call that was sent; raises the IngressError that refuses it, keeping what could be understood."""
        key = self.sender
        sender = find_sender(key.sender) if key.sender else None
        zone = sender_zone(key.time_zone or (sender.time_zone if sender else None))
        self.sent = collect_sent(self.parameters, sender)
        self.understood, call = load_billable_call(self.sent, zone, self.received_at)
        if isinstance(call, BillableCall):
            return call
        raise call

    def asks_for_dry_run(self) -> bool:
        """Return whether the sender asked for a dry run; the call must have been read."""
        sent = self.sent.get("dry_run")
        return sent is True or (isinstance(sent, str) and SWITCH.get(sent.strip().lower(), False))

    def describe_reading(self) -> dict[str, Any]:
        """Return what was read for each parameter, and from where."""
        key = self.sender
        return describe_understood(self.parameters, find_sender(key.sender) if key.sender else None)

    @property
    def sender(self) -> ApiKey:
        """The key of a delivery once it has been found valid."""
        if self.api_key is None:
            raise LookupError("the sender of this delivery is not known")
        return self.api_key

    def seconds(self) -> float:
        """Return the seconds since it arrived here."""
        return time.monotonic() - self.began

    def milliseconds(self) -> int:
        """Return them as the log holds them, which takes no more: one that waited in the spool may be old."""
        return min(int(self.seconds() * 1000), MILLISECONDS_LIMIT)

    def conclude(self, status: int) -> Outcome:
        """Return the outcome; without one nothing was billed: a 5xx is our fault, a 4xx the sender's."""
        if self.outcome is None:
            self.outcome = Outcome.FAILED if status >= 500 else Outcome.REFUSED
        return self.outcome

    def origin(self) -> Origin:
        """Return the columns that are known whatever the outcome; JSON as bytes, which bind faster than quoted text."""
        return Origin(
            request_id=self.request_id,
            api_id=self.sender.api_id,
            ip_address=self.ip_address,
            received=dialer_time(self.received_at),
            sent=self.parameters.as_json().encode(),
        )
