"""`make chaos`: a platform reports calls while everything around breaks; then its book is compared with the tables."""

import random
import sys
import time
from pathlib import Path

import click

from ingress.access.keys import hash_secret
from ingress.config import parse_database_url
from ingress.database import queries
from ingress.database.pool import Database
from tools.mariadb import PrivateMariaDB
from tools.service import serve

from .calls import Catalogue, log_calls
from .ends import AFTER, BEFORE, ELSEWHERE, SILENCE, STALL
from .faults import DATABASE, LOCK, WORKER, Faults
from .figures import Figures
from .packets import WAYS
from .platform import Platform
from .proxy import Proxy
from .reconcile import reconcile

FOLDER = Path(__file__).parents[2] / ".mariadb" / "chaos"
NAME = "ingress_chaos_test"  # of the database, and of the API key
SENDERS = 24  # more than the service has threads, so that some requests always wait
BURST_SENDERS = 6  # the next keys are fired while the last answers of some are still to come
SINGLY = (1, 1, 1, 1, 1, 1, 2)  # now and then twice at once
BURST = (16,)
PATIENCE = 6  # times `seconds`, after which nothing new is sent; two idle cores need five minutes, busy ones more
LOOK, TELL = 0.02, 10  # seconds between looks at whether a fault is due, and between lines of progress
SETTINGS = {"TLDIALER_TIMEZONE": "UTC", "INGRESS_DUPLICATES": "replay", "WEB_CONCURRENCY": "2"}  # whatever .env says


@click.command()
@click.option("--calls", default=20_000, show_default=True, help="Different calls in all.")
@click.option("--burst-keys", default=10_000, show_default=True, help="How many of them are fired 16 at once.")
@click.option("--cuts", default=500, show_default=True, help="Connections cut or stalled at a COMMIT.")
@click.option("--cuts-elsewhere", default=100, show_default=True, help="Connections cut in other statements.")
@click.option("--worker-kills", default=25, show_default=True)
@click.option("--database-kills", default=10, show_default=True)
@click.option("--locks", default=40, show_default=True, help="Times that leads are locked from outside.")
@click.option("--seconds", default=180, show_default=True, help="Within which the faults happen.")
@click.option("--way", "ways", type=click.Choice(WAYS), multiple=True, default=WAYS, help="Of billing. Default: both.")
@click.option("--seed", type=int, help="Make the same calls and plan the same faults as an earlier run.")
def main(seed, cuts, cuts_elsewhere, worker_kills, database_kills, locks, **scale):
    """Send calls under faults; exit 1 when one was not billed exactly once, or a kind of fault did not happen."""
    seed = random.randrange(10**6) if seed is None else seed  # noqa: S311 - no secret
    faults = share_out(cuts) | {ELSEWHERE: cuts_elsewhere, WORKER: worker_kills, DATABASE: database_kills, LOCK: locks}
    figures = run(FOLDER, seed, faults, **scale)
    print(figures)
    sys.exit("; ".join(figures.complaints()) or 0)


def share_out(cuts):
    """How many of these cuts are of each kind: the silent ones hold threads for seconds, so they are the fewer."""
    silent = max(cuts // 10, 1)
    before = cuts // 2 - silent
    return {BEFORE: before, AFTER: cuts - before - 2 * silent, SILENCE: silent, STALL: silent}


def run(folder, seed, faults, calls, burst_keys, seconds, ways=WAYS):
    """Return the Figures; `faults` says how many there are to be, by kind. All logs and data go to the folder."""
    lots = random.Random(seed)  # noqa: S311 - no secret
    with PrivateMariaDB(folder) as server:
        catalogue = Catalogue(lots, make_database(server))
        phases = [catalogue.make_chains(calls - burst_keys, SINGLY), catalogue.make_chains(burst_keys, BURST)]
        with connect(server) as connection:
            log_calls(connection, catalogue.calls)
        figures = Figures(seed, catalogue.calls, faults, dict.fromkeys(ways, 0))
        send_under_faults(server, phases, figures, lots, seconds)
        with connect(server) as connection:
            figures.errors = reconcile(connection, catalogue.calls)
    return figures


def connect(server):
    """A connection that goes around the proxy and may do anything."""
    connection = server.admin()
    connection.select_db(NAME)
    return connection


def make_database(server):
    """Make it anew; return the headers of an API key."""
    with server.admin() as connection:
        connection.cursor().execute(f"DROP DATABASE IF EXISTS {NAME}")
    Database(parse_database_url(server.create_database(NAME))).apply_schema()
    protections = {"endpoints": None, "ip_addresses": None, "time_zone": None, "created": None}
    with connect(server) as connection:
        api_id = queries.insert_api_key(connection, key_hash=hash_secret(NAME), name=NAME, **protections)
    return {"tld-api-id": str(api_id), "tld-api-key": NAME}


def send_under_faults(server, phases, figures, lots, seconds):
    """Send the calls of each phase through a service that the faults befall, until all are answered."""
    started = time.monotonic()

    def progress():
        return max(figures.share_done(), (time.monotonic() - started) / seconds)

    with (
        Proxy(server.port, figures, lots, progress) as proxy,
        serve(server.folder / "service.log", TLDIALER_DATABASE_URL=proxy.url(server.url(NAME)), **SETTINGS) as service,
        Platform(service.port, started + PATIENCE * seconds, figures, lots) as platform,
    ):
        faults = Faults(lambda: connect(server), server, service, figures, lots, progress)
        for chains, senders in zip(phases, (SENDERS, BURST_SENDERS), strict=True):
            platform.start(chains, senders)
            make_faults_while(platform, faults, figures)


def make_faults_while(platform, faults, figures):
    told = time.monotonic()
    while platform.is_busy():
        faults.make_due()
        time.sleep(LOOK)
        if time.monotonic() - told > TELL:
            told += TELL
            print(figures.progress(), file=sys.stderr)


if __name__ == "__main__":
    main()
