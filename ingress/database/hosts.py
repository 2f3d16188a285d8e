"""The hosts of the database: the one that this process uses, and what it last saw of each."""

import logging
import time
from dataclasses import dataclass, field

from ..repeats import Repeats
from . import queries
from .connection import Connection

log = logging.getLogger(__name__)
repeats = Repeats(log)

AVOID_SECONDS = 30  # since its last failure; a host that comes and goes is not followed each time
STALL_SECONDS = 10  # two time-outs within it are a host that stalls
PROBE_SECONDS = 5  # between two looks at the hosts that would be better
QUIET_SECONDS = 2  # without a failure, after which a host that works is back: while it comes back, some still fail
FAILURES = ("no_connection", "not_writable", "stalls")  # kinds after which a host has to come back


@dataclass(eq=False, slots=True)
class Host:
    """A host of the URL. Times are on the monotonic clock.

    `faults` are reasons to write no money there, `drawbacks` reasons to use another host if there is one. It counts as
    a node of a cluster until it has been asked.
    """

    address: str
    port: int
    faults: list[str] = field(default_factory=list)
    drawbacks: list[str] = field(default_factory=list)
    is_cluster: bool = True
    checked_until: float = 0
    avoided_until: float = 0
    timed_out: float = float("-inf")  # the last time
    failing_since: float | None = None
    failed: float = 0  # the last time
    failures: int = 0

    def __str__(self) -> str:
        return f"{self.address}:{self.port}"

    def examine(self, connection: Connection) -> None:
        """Ask the server what it is and what is wrong with it, and log what is new."""
        self.is_cluster = queries.is_cluster(connection)
        faults, drawbacks = queries.list_faults(connection), queries.list_drawbacks(connection)
        found = faults + drawbacks
        if found and found != self.faults + self.drawbacks:
            log.warning("the database at %s: %s", self, "; ".join(found))
        if found:  # before other threads see it: they shall ask too, and leave it, instead of answering 503
            self.checked_until = 0
        self.faults, self.drawbacks = faults, drawbacks

    def is_good(self) -> bool:
        return not self.faults and not self.drawbacks

    def is_avoided(self) -> bool:
        return time.monotonic() < self.avoided_until

    def avoid(self) -> None:
        """Come after the other hosts for a while; what was seen of it before counts no longer."""
        self.avoided_until = time.monotonic() + AVOID_SECONDS
        self.checked_until = 0

    def note_loss(self, is_timeout: bool) -> None:
        """Check it anew, since another server may answer now; avoid it if it has stalled twice."""
        now = time.monotonic()
        self.checked_until = 0
        if is_timeout and now < self.timed_out + STALL_SECONDS:
            self.note_failure("stalls", f"the database at {self} stalls")
            self.avoid()
        if is_timeout:
            self.timed_out = now

    def warn(self, kind: str, text: str) -> None:
        """Log a trouble of this host; of one that comes again and again only a line now and then."""
        repeats.warn((self, kind), "%s", text)

    def note_failure(self, kind: str, text: str) -> None:
        """Log why it does not work, and remember to log when it does."""
        self.failed = time.monotonic()
        self.failing_since = self.failing_since or self.failed
        self.failures += 1
        self.warn(kind, text)

    def note_success(self) -> None:
        """Log once that a host which had failed works again."""
        now = time.monotonic()
        if now < self.failed + QUIET_SECONDS:
            return
        since, self.failing_since = self.failing_since, None
        if since is not None:  # another thread may have been faster
            log.warning("the database at %s works again after %.0f s and %d failures", self, now - since, self.failures)
            self.failures = 0
            for kind in FAILURES:
                repeats.end((self, kind))


class Hosts:
    """The hosts in the order of the URL.

    All threads of a process use one host and leave it only when it fails itself. Each process goes to the first host
    that works, and back to an earlier one of the URL once that has not failed for AVOID_SECONDS: so all processes
    write to one host again soon after a failure, although they know nothing of each other.
    """

    def __init__(self, addresses: tuple[tuple[str, int], ...]) -> None:
        self.all = [Host(*address) for address in addresses]
        self.current = self.all[0]
        self.next_probe = 0.0

    def by_preference(self) -> list[Host]:
        """Return the one in use, then the others in the order of the URL; those that failed lately come last."""
        return sorted(self.all, key=lambda host: (host.is_avoided(), host is not self.current))

    def are_several(self) -> bool:
        return len(self.all) > 1

    def use(self, host: Host) -> None:
        if host is not self.current:
            log.warning("the database is %s from now on, after %s", host, self.current)
            self.current = host

    def before_current(self) -> list[Host]:
        return self.all[: self.all.index(self.current)]

    def is_probe_due(self) -> bool:
        """Return whether it is time to look at the hosts before the one in use; true once each time."""
        now = time.monotonic()
        if self.current is self.all[0] or now < self.next_probe:
            return False
        self.next_probe = now + PROBE_SECONDS
        return True
