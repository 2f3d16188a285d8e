"""`python -m tools.chaos.outages`: the database goes away for half a minute at a time; nothing is fired twice.

A call that was answered with 200 or 202 must be billed once in the end; no other call may be billed twice.
"""

import json
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tools import STATE
from tools.private_server import PrivateServer
from tools.service import Service, serve

from .calls import Catalogue, Chain, ReportedCall, log_calls
from .compare import count_errors, list_cost_rows
from .database import NAME, SETTINGS, connect, make_database
from .faults import FaultInjector
from .keep_alive import KeepAlive
from .plan import Fault
from .platform import SENDERS, SimulatedPlatform, fire
from .run import SINGLY
from .tally import Seen, Tally

if TYPE_CHECKING:
    from tools.private_server import AdminConnection

ACKNOWLEDGED = {200, 202}
DRAINED_SECONDS = 120  # after the last call; two idle cores need ten
KILL_SECONDS = 0.5  # after the database is back, when the drainer is at work


class Times(NamedTuple):
    """The number of outages, and the seconds of each and before each."""

    outages: int
    away: float
    between: float


class HastyPlatform(SimulatedPlatform):
    """Fires each call once, `rate` of them a second, and takes a 503 for an answer."""

    rate = 40

    def deliver(self, call: ReportedCall, connections: list[KeepAlive], seen: Counter[Seen]) -> None:
        time.sleep(self.rng.uniform(0, 2 * SENDERS / self.rate))
        call.began = time.monotonic()
        statuses = fire(call, connections[: call.at_once])
        seen.update(statuses)
        if ACKNOWLEDGED & set(statuses):
            call.acknowledged = call.acknowledged or time.monotonic()


class OutageTally(Tally):
    def must_be_zero(self) -> dict[str, int]:
        """A call may stay open here: a killed worker's successor knows no key until the next 200."""
        return {name: count for name, count in super().must_be_zero().items() if name != "open"}

    def complaints(self) -> list[str]:
        return super().complaints() + ["nothing was kept"] * (not self.seen[202])

    def __str__(self) -> str:
        return f"{super().__str__()} kept: {self.seen[202]} answers"


@click.command()
@click.option("--outages", default=3, show_default=True, help="How many.")
@click.option("--away", default=30, show_default=True, help="Seconds of each outage.")
@click.option("--between", default=12, show_default=True, help="Seconds before each outage.")
@click.option("--seed", type=int, help="Make the same calls as an earlier run.")
def main(outages: int, away: int, between: int, seed: int | None) -> None:
    """Send calls through outages; exit 1 when one that was acknowledged was not billed exactly once."""
    seed = random.randrange(10**6) if seed is None else seed  # noqa: S311 - no secret
    tally = run_outages(STATE / "outages", seed, Times(outages, away, between))
    print(tally)
    sys.exit("; ".join(tally.complaints()) or 0)


def run_outages(folder: Path, seed: int, times: Times) -> OutageTally:
    """Return the OutageTally; all logs and data go to the folder."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    shutil.rmtree(folder / "spool", ignore_errors=True)
    with PrivateServer(folder) as server:
        catalogue = Catalogue(rng, make_database(server))
        calls = round(HastyPlatform.rate * times.outages * (times.away + times.between))
        chains = catalogue.make_chains(calls, SINGLY)
        with connect(server) as connection:
            log_calls(connection, catalogue.calls)
        planned = {Fault.DATABASE_KILL: times.outages, Fault.WORKER_KILL: times.outages}
        tally = OutageTally(seed, catalogue.calls, planned, {})
        send_through_outages(server, chains, tally, rng, times)
        with connect(server) as connection:
            unbilled = {"acknowledged but not billed": count_unbilled(connection, catalogue.calls)}
            tally.errors = count_errors(connection, catalogue.calls) | unbilled
    return tally


def send_through_outages(
    server: PrivateServer, chains: list[Chain], tally: Tally, rng: random.Random, times: Times
) -> None:
    settings = SETTINGS | {"TLDIALER_DATABASE_URL": server.url(NAME), "INGRESS_SPOOL": str(server.folder / "spool")}
    with (
        serve(server.folder / "service.log", **settings) as service,
        HastyPlatform(service.port, float("inf"), tally, rng) as platform,
    ):
        injector = FaultInjector(lambda: connect(server), server, service, tally, rng, tally.share_done)
        platform.start(chains, SENDERS)
        for _ in range(times.outages):
            time.sleep(times.between)
            be_away(server, tally, times.away)
            time.sleep(KILL_SECONDS)
            injector.kill_worker()
        while platform.is_busy():
            time.sleep(1)
        wait_until_drained(service)


def be_away(server: PrivateServer, tally: Tally, seconds: float) -> None:
    print(tally.progress(), file=sys.stderr)
    server.kill()
    tally.faults[Fault.DATABASE_KILL] += 1
    time.sleep(seconds)
    server.start()


def wait_until_drained(service: Service) -> None:
    deadline = time.monotonic() + DRAINED_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError):
            if json.loads(service.send("GET", "/readyz")[2])["spool"]["depth"] == 0:
                return
        time.sleep(0.5)


def count_unbilled(connection: "AdminConnection", calls: Collection[ReportedCall]) -> int:
    """Return the number of calls that were acknowledged, so must be billed, and are not."""
    billed = {row.notes for row in list_cost_rows(connection)}
    return sum(call.acknowledged is not None and str(call.number) not in billed for call in calls)


if __name__ == "__main__":
    main()
