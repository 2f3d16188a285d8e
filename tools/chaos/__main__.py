"""`make chaos`: a platform reports calls while everything around breaks; then its book is compared with the tables."""

import random
import sys

import click

from tools import STATE

from .cluster import DEPLOYMENTS, harm_cluster
from .packets import Way, list_ways
from .plan import Fault
from .run import Scale, run_chaos

WAYS = [way.value for way in list_ways()]


@click.command()
@click.option("--calls", default=20_000, show_default=True, help="Different calls in all.")
@click.option("--burst-keys", default=10_000, show_default=True, help="How many of them are fired 16 at once.")
@click.option("--cuts", default=500, show_default=True, help="Connections cut or stalled at a COMMIT.")
@click.option("--cuts-elsewhere", default=100, show_default=True, help="Connections cut in other statements.")
@click.option("--worker-kills", default=25, show_default=True, help="Workers killed.")
@click.option("--database-kills", default=10, show_default=True, help="Times that the database is killed.")
@click.option("--locks", default=40, show_default=True, help="Times that leads are locked from outside.")
@click.option("--seconds", default=180, show_default=True, help="Within which the faults happen.")
@click.option(
    "--way",
    "ways",
    type=click.Choice(WAYS),
    multiple=True,
    default=WAYS,
    help="Of billing. Default: all that the server knows.",
)
@click.option("--seed", type=int, help="Make the same calls and plan the same faults as an earlier run.")
@click.option(
    "--cluster", is_flag=True, help="Harm the nodes of a cluster instead: python -m tools.chaos.cluster --help."
)
def main(
    calls: int,
    burst_keys: int,
    cuts: int,
    cuts_elsewhere: int,
    worker_kills: int,
    database_kills: int,
    locks: int,
    seconds: int,
    ways: tuple[str, ...],
    seed: int | None,
    cluster: bool,
) -> None:
    """Send calls under faults; exit 1 when one was not billed exactly once, or a kind of fault did not happen."""
    if cluster:
        harm_cluster(DEPLOYMENTS, 1, seed)
    faults = share_out(cuts) | {
        Fault.CUT_ELSEWHERE: cuts_elsewhere,
        Fault.WORKER_KILL: worker_kills,
        Fault.DATABASE_KILL: database_kills,
        Fault.LOCK: locks,
    }
    seed = random.randrange(10**6) if seed is None else seed  # noqa: S311 - no secret
    tally = run_chaos(STATE / "chaos", seed, faults, Scale(calls, burst_keys, seconds), [Way(way) for way in ways])
    print(tally)
    sys.exit("; ".join(tally.complaints()) or 0)


def share_out(cuts: int) -> dict[Fault, int]:
    """Return how many of these cuts are of each kind; the silent ones are few because they hold threads for seconds."""
    silent = max(cuts // 10, 1)
    before = cuts // 2 - silent
    return {
        Fault.CUT_BEFORE: before,
        Fault.CUT_AFTER: cuts - before - 2 * silent,
        Fault.SILENCE: silent,
        Fault.STALL: silent,
    }


if __name__ == "__main__":
    main()
