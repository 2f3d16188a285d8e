"""`python -m tools.chaos.outages`: the database goes away for half a minute at a time; nothing is fired twice.

Whatever it was told about a call, 200 or 202, the call must be billed once in the end; of the others none twice.
"""

import json
import random
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

import click

from tools.mariadb import PrivateMariaDB
from tools.service import serve

from .__main__ import NAME, SENDERS, SETTINGS, SINGLY, connect, make_database
from .calls import Catalogue, log_calls
from .faults import DATABASE, WORKER, Faults
from .figures import Figures
from .platform import Platform, fire
from .reconcile import fetch, reconcile

FOLDER = Path(__file__).parents[2] / ".mariadb" / "outages"
ACKNOWLEDGED = {200, 202}
DRAINED_SECONDS = 120  # after the last call; two idle cores need ten
KILL_SECONDS = 0.5  # after the database is back, when the drainer is at work


class HastyPlatform(Platform):
    """Fires each call once, `rate` of them a second, and takes a 503 for an answer."""

    rate = 40

    def deliver(self, call, lines, seen):
        time.sleep(self.lots.uniform(0, 2 * SENDERS / self.rate))
        call.began = time.monotonic()
        statuses = fire(call, lines[: call.at_once])
        seen.update(statuses)
        if ACKNOWLEDGED & set(statuses):
            call.acknowledged = call.acknowledged or time.monotonic()


class OutageFigures(Figures):
    def must_be_zero(self):
        """A call may stay open here: a worker that was killed has a successor, who knows no key until the next 200."""
        return {name: count for name, count in super().must_be_zero().items() if name != "open"}

    def complaints(self):
        return super().complaints() + ["nothing was kept"] * (not self.seen[202])

    def __str__(self):
        return f"{super().__str__()} kept: {self.seen[202]} answers"


@click.command()
@click.option("--outages", default=3, show_default=True)
@click.option("--away", default=30, show_default=True, help="Seconds of each outage.")
@click.option("--between", default=12, show_default=True, help="Seconds before each outage.")
@click.option("--seed", type=int, help="Make the same calls as an earlier run.")
def main(seed, **times):
    """Send calls through outages; exit 1 when one that was acknowledged was not billed exactly once."""
    seed = random.randrange(10**6) if seed is None else seed  # noqa: S311 - no secret
    figures = run(FOLDER, seed, **times)
    print(figures)
    sys.exit("; ".join(figures.complaints()) or 0)


def run(folder, seed, outages, away, between):
    """Return the OutageFigures; all logs and data go to the folder."""
    lots = random.Random(seed)  # noqa: S311 - no secret
    shutil.rmtree(folder / "spool", ignore_errors=True)
    with PrivateMariaDB(folder) as server:
        catalogue = Catalogue(lots, make_database(server))
        chains = catalogue.make_chains(HastyPlatform.rate * outages * (away + between), SINGLY)
        with connect(server) as connection:
            log_calls(connection, catalogue.calls)
        figures = OutageFigures(seed, catalogue.calls, {DATABASE: outages, WORKER: outages}, {})
        send_through_outages(server, chains, figures, lots, away, between)
        with connect(server) as connection:
            unbilled = {"acknowledged but not billed": count_unbilled(connection, catalogue.calls)}
            figures.errors = reconcile(connection, catalogue.calls) | unbilled
    return figures


def send_through_outages(server, chains, figures, lots, away, between):
    settings = SETTINGS | {"TLDIALER_DATABASE_URL": server.url(NAME), "INGRESS_SPOOL": str(server.folder / "spool")}
    with (
        serve(server.folder / "service.log", **settings) as service,
        HastyPlatform(service.port, float("inf"), figures, lots) as platform,
    ):
        faults = Faults(lambda: connect(server), server, service, figures, lots, figures.share_done)
        platform.start(chains, SENDERS)
        for _ in range(figures.planned[DATABASE]):
            time.sleep(between)
            be_away(server, figures, away)
            time.sleep(KILL_SECONDS)
            faults.kill_worker()
        while platform.is_busy():
            time.sleep(1)
        wait_until_drained(service)


def be_away(server, figures, seconds):
    print(figures.progress(), file=sys.stderr)
    server.kill()
    figures.faults[DATABASE] += 1
    time.sleep(seconds)
    server.start()


def wait_until_drained(service):
    deadline = time.monotonic() + DRAINED_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError):
            if json.loads(service.send("GET", "/readyz")[2])["spool"]["depth"] == 0:
                return
        time.sleep(0.5)


def count_unbilled(connection, calls):
    """Calls of which the platform was told that they are, or will be, billed, and which are not."""
    billed = {notes for (notes,) in fetch(connection, "SELECT notes FROM call_costs")}
    return sum(call.acknowledged is not None and str(call.number) not in billed for call in calls)


if __name__ == "__main__":
    main()
