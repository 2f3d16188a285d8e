"""`make chaos ARGS=--cluster`: nodes of a Galera cluster die, freeze and are cut off while calls are billed.

A call that was answered with 200 or 202 must be billed once in the end, and all nodes must hold the same.
"""

import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from tools import STATE
from tools.cluster.cluster import Cluster
from tools.cluster.haproxy import haproxy
from tools.cluster.network import Network, make_network
from tools.cluster.programs import ClusterError, enter_namespaces
from tools.service import serve

from .calls import Catalogue, Chain, ReportedCall, log_calls
from .compare import count_errors, fetch
from .database import NAME, SETTINGS, connect, make_database
from .keep_alive import KeepAlive
from .nodes import WEIGHTS, FaultTime, NodeFaults
from .outages import count_unbilled, wait_until_drained
from .plan import Fault
from .platform import RETRY_SECONDS, SENDERS, SimulatedPlatform, fire
from .run import SINGLY
from .tally import Seen, Tally, as_pairs

if TYPE_CHECKING:
    pass

DEPLOYMENTS = ("hosts", "haproxy")
FAULTS = {
    Fault.NODE_KILL: 3,
    Fault.NODE_STOP: 2,
    Fault.NODE_FREEZE: 3,
    Fault.PARTITION: 3,
    Fault.CUT_OFF: 3,
    Fault.ALL_KILL: 1,
}
RATE = 40  # calls a second
SECONDS_A_FAULT = 40  # for which there are calls; one takes about twenty
SETTLE_SECONDS = 60  # after the last fault, for what is under way
TABLES = "call_costs, cost_changes, deliveries, leads, lead_first_contacts"


class SteadyPlatform(SimulatedPlatform):
    """Fires `RATE` calls a second, each until it is answered, until `over`; every other call also after a 202."""

    over = False

    def __init__(self, port: int, tally: "ClusterTally", rng: random.Random) -> None:
        super().__init__(port, float("inf"), tally, rng)
        self.billed = tally.billed

    def send_chain(self, chain: Chain, connections: list[KeepAlive], seen: Counter[Seen]) -> None:
        if not self.over:
            super().send_chain(chain, connections, seen)

    def deliver(self, call: ReportedCall, connections: list[KeepAlive], seen: Counter[Seen]) -> None:
        time.sleep(self.rng.uniform(0, 2 * SENDERS / RATE))
        call.began = time.monotonic()
        wanted = {200} if call.number % 2 else {200, 202}
        firings = call.at_once
        while firings and time.monotonic() < self.deadline:
            statuses = fire(call, connections[:firings])
            self.note(call, statuses)
            seen.update(statuses)
            firings = sum(status not in wanted for status in statuses)
            time.sleep(self.rng.uniform(0, RETRY_SECONDS) if firings else 0)

    def note(self, call: ReportedCall, statuses: list[Seen]) -> None:
        now = time.monotonic()
        if 202 in statuses:
            call.acknowledged = call.acknowledged or now
        if 200 in statuses:
            self.billed.append(now)

    def finish(self) -> None:
        """Begin no further call; give those under way their time."""
        self.over = True
        self.deadline = time.monotonic() + SETTLE_SECONDS
        while self.is_busy():
            time.sleep(0.1)


class ClusterTally(Tally):
    """`billed` are the times of 200s, `pauses` the longest without one, in seconds by fault."""

    def __init__(self, deployment: str, seed: int, planned: dict[Fault, int]) -> None:
        super().__init__(seed, [], planned, {})
        self.deployment = deployment
        self.billed: list[float] = []
        self.pauses: dict[Fault, str] = {}
        self.restarts = 0

    def progress(self) -> str:
        return f"{len(self.finished)} calls, {as_pairs(self.faults_so_far())}"

    def measure_pauses(self, times: list[FaultTime]) -> None:
        self.billed.sort()
        longest: dict[Fault, list[float]] = {}
        for fault, began, over in times:
            moments = [began, *(moment for moment in self.billed if began <= moment <= over), over]
            longest.setdefault(fault, []).append(max(after - before for before, after in pairwise(moments)))
        self.pauses = {fault: "/".join(f"{gap:.1f}" for gap in sorted(gaps)) for fault, gaps in longest.items()}

    def __str__(self) -> str:
        requests = sum(call.requests for call in self.calls)
        answers = {name: self.seen[name] for name in (200, 202, 503, "timeout", "broken")}
        return (
            f"{self.deployment}: seed={self.seed} calls={len(self.calls)} requests={requests}"
            f" answers: {as_pairs(answers)}"
            f" faults: {as_pairs(self.faults_so_far())} nodes restarted={self.restarts}"
            f" seconds without a 200: {as_pairs(self.pauses)} | {as_pairs(self.must_be_zero())}"
        )


@click.command()
@click.option("--deployment", "deployments", type=click.Choice(DEPLOYMENTS), multiple=True, default=DEPLOYMENTS)
@click.option("--faults", "share", default=1.0, show_default=True, help="How many, as a multiple of the usual number.")
@click.option("--seed", type=int, help="Make the same calls and plan the same faults as an earlier run.")
@click.option("--inside", is_flag=True, hidden=True)
def main(deployments: tuple[str, ...], share: float, seed: int | None, inside: bool) -> None:
    """Send calls to a cluster whose nodes fail; exit 1 when one was not billed exactly once."""
    if not inside:
        harm_cluster(deployments, share, seed)
    seed = random.randrange(10**6) if seed is None else seed  # noqa: S311 - no secret
    planned = {fault: round(count * share) for fault, count in FAULTS.items() if round(count * share)}
    try:
        network = make_network(len(WEIGHTS))
        complaints = [run_cluster(network, STATE / "cluster", each, seed, planned) for each in deployments]
    except ClusterError as error:
        sys.exit(str(error))
    sys.exit("; ".join(filter(None, complaints)) or 0)


def harm_cluster(deployments: Sequence[str], share: float, seed: int | None) -> NoReturn:
    """Run the command again, in a network of its own."""
    arguments = [*(f"--deployment={each}" for each in deployments), f"--faults={share}"]
    arguments += [] if seed is None else [f"--seed={seed}"]
    try:
        enter_namespaces("tools.chaos.cluster", "--inside", *arguments)
    except ClusterError as error:
        sys.exit(str(error))


def run_cluster(network: Network, folder: Path, deployment: str, seed: int, planned: dict[Fault, int]) -> str:
    """Run one deployment and print its tally; return what is wrong. All logs and data go to the folder."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    shutil.rmtree(folder, ignore_errors=True)
    tally = ClusterTally(deployment, seed, planned)
    with Cluster(network, folder) as cluster:
        catalogue = Catalogue(rng, make_database(cluster.nodes[0]))
        chains = catalogue.make_chains(RATE * SECONDS_A_FAULT * sum(planned.values()), SINGLY)
        with connect(cluster.nodes[0]) as connection:
            log_calls(connection, catalogue.calls)
        with front(folder, deployment, cluster) as url:
            send_under_faults(folder, url, cluster, chains, tally, rng)
        tally.calls = [call for call in catalogue.calls if call.requests]
        tally.errors = count_cluster_errors(cluster, tally.calls)
    print(tally, flush=True)
    return "; ".join(tally.complaints())


@contextmanager
def front(folder: Path, deployment: str, cluster: Cluster) -> Iterator[str]:
    """Yield the URL that the service gets: with all nodes in it, or with a haproxy in front of them."""
    if deployment == "hosts":
        yield cluster.url(NAME)
        return
    with haproxy(folder / "haproxy", cluster) as port:
        yield cluster.url(NAME, f"127.0.0.1:{port}")


def send_under_faults(
    folder: Path, url: str, cluster: Cluster, chains: list[Chain], tally: ClusterTally, rng: random.Random
) -> None:
    settings = SETTINGS | {"TLDIALER_DATABASE_URL": url, "INGRESS_SPOOL": str(folder / "spool")}
    faults = NodeFaults(cluster, tally, rng)
    with (
        serve(folder / "service.log", **settings) as service,
        SteadyPlatform(service.port, tally, rng) as platform,
    ):
        platform.start(chains, SENDERS)
        time.sleep(5)
        for fault in rng.sample(list(tally.planned), counts=tally.planned.values(), k=sum(tally.planned.values())):
            print(f"{tally.progress()}: {fault}", file=sys.stderr)
            faults.make(fault)
        platform.finish()
        wait_until_drained(service)
    tally.restarts = faults.restarts
    tally.measure_pauses(faults.times)


def count_cluster_errors(cluster: Cluster, calls: list[ReportedCall]) -> dict[str, int]:
    with connect(cluster.nodes[0]) as connection:
        errors = count_errors(connection, calls) | {"acknowledged but not billed": count_unbilled(connection, calls)}
    sums = [list_checksums(cluster, number) for number in range(len(cluster.nodes))]
    return errors | {"tables that differ": sum(len(set(each)) > 1 for each in zip(*sums, strict=True))}


def list_checksums(cluster: Cluster, number: int) -> list[tuple[str, int]]:
    """Return the checksum of each table on a node, which first carries out what the others have committed."""
    with connect(cluster.nodes[number]) as connection:
        connection.cursor().execute("SET SESSION wsrep_sync_wait = 1")
        return [tuple(row) for row in fetch(connection, f"CHECKSUM TABLE {TABLES}")]


if __name__ == "__main__":
    main()
