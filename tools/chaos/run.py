"""One run of the chaos: a platform sends its calls while faults happen; then its book and the tables are compared."""

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tools.private_server import PrivateServer
from tools.service import serve

from .calls import Catalogue, Chain, log_calls
from .compare import count_errors
from .database import NAME, SETTINGS, connect, make_database
from .faults import FaultInjector
from .packets import Way, list_ways
from .plan import Fault
from .platform import SENDERS, SimulatedPlatform
from .proxy import Proxy
from .tally import Tally

BURST_SENDERS = 6  # the next keys are fired while the last answers of some are still to come
SINGLY = (1, 1, 1, 1, 1, 1, 2)  # now and then twice at once
BURST = (16,)
DEADLINE_FACTOR = 6  # times `seconds`, after which nothing new is sent; busy cores need longer than two idle ones
POLL_SECONDS = 0.02  # between looks at whether a fault is due
PROGRESS_SECONDS = 10  # between lines of progress


class Scale(NamedTuple):
    """How much a run does: `burst_keys` of the `calls` are fired 16 at once, the faults happen within `seconds`."""

    calls: int
    burst_keys: int
    seconds: float


def run_chaos(folder: Path, seed: int, faults: dict[Fault, int], scale: Scale, ways: Sequence[Way] = ()) -> Tally:
    """Return the Tally; `faults` says how many there are to be, by kind. All logs and data go to the folder."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    with PrivateServer(folder) as server:
        catalogue = Catalogue(rng, make_database(server))
        singles = catalogue.make_chains(scale.calls - scale.burst_keys, SINGLY)
        bursts = catalogue.make_chains(scale.burst_keys, BURST)
        with connect(server) as connection:
            log_calls(connection, catalogue.calls)
        tally = Tally(seed, catalogue.calls, faults, dict.fromkeys(ways or list_ways(), 0))
        send_under_faults(server, [(singles, SENDERS), (bursts, BURST_SENDERS)], tally, rng, scale.seconds)
        with connect(server) as connection:
            tally.errors = count_errors(connection, catalogue.calls)
    return tally


def send_under_faults(
    server: PrivateServer, phases: list[tuple[list[Chain], int]], tally: Tally, rng: random.Random, seconds: float
) -> None:
    """Send the calls of each phase, with a number of senders, through a service that the faults hit."""
    started = time.monotonic()

    def progress() -> float:
        return max(tally.share_done(), (time.monotonic() - started) / seconds)

    with (
        Proxy(server.port, tally, rng, progress) as proxy,
        serve(server.folder / "service.log", TLDIALER_DATABASE_URL=proxy.url(server.url(NAME)), **SETTINGS) as service,
        SimulatedPlatform(service.port, started + DEADLINE_FACTOR * seconds, tally, rng) as platform,
    ):
        injector = FaultInjector(lambda: connect(server), server, service, tally, rng, progress)
        for chains, senders in phases:
            platform.start(chains, senders)
            inject_while_busy(platform, injector, tally)


def inject_while_busy(platform: SimulatedPlatform, injector: FaultInjector, tally: Tally) -> None:
    told = time.monotonic()
    while platform.is_busy():
        injector.make_due()
        time.sleep(POLL_SECONDS)
        if time.monotonic() - told > PROGRESS_SECONDS:
            told += PROGRESS_SECONDS
            print(tally.progress(), file=sys.stderr)
