"""The faults of processes and rows: workers and the database are killed, leads are locked from outside."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pymysql

from tools.private_server import PrivateServer
from tools.service import Service

from .calls import HOT_LEADS
from .plan import Fault, Plan
from .tally import Tally

if TYPE_CHECKING:
    from tools.private_server import AdminConnection

LOCKED_LEADS = 3  # at once, out of those that many calls share
LOCKED_SECONDS = (0.2, 2.5)  # the service waits 1 s for a lock and then runs the transaction again
DOWN_SECONDS = (0.1, 1.5)  # until the database is started again


class FaultInjector:
    """`make_due()` makes the fault whose time has come, if any."""

    def __init__(
        self,
        connect: "Callable[[], AdminConnection]",
        server: PrivateServer,
        service: Service,
        tally: Tally,
        rng: Random,
        progress: Callable[[], float],
    ) -> None:
        self.connect = connect
        self.server = server
        self.arbiter = service.process.pid
        self.tally = tally
        self.rng = rng
        self.plan = Plan(rng, tally.planned, MAKERS, progress)

    def make_due(self) -> None:
        """Call it from the main thread: the database would end together with the thread that started it."""
        if fault := self.plan.draw():
            MAKERS[fault](self)

    def kill_worker(self) -> None:
        """Kill a child of the arbiter, which starts another."""
        workers = Path(f"/proc/{self.arbiter}/task/{self.arbiter}/children").read_text().split()
        with suppress(ProcessLookupError, IndexError):  # it ended by itself, or all were killed just now
            os.kill(int(self.rng.choice(workers)), signal.SIGKILL)
            self.tally.faults[Fault.WORKER_KILL] += 1

    def restart_database(self) -> None:
        self.server.kill()
        self.tally.faults[Fault.DATABASE_KILL] += 1
        time.sleep(self.rng.uniform(*DOWN_SECONDS))
        self.server.start()

    def start_lock(self) -> None:
        threading.Thread(target=self.lock_leads).start()

    def lock_leads(self) -> None:
        """Lock some leads for a while, as a person with an open transaction does."""
        leads = self.rng.sample(range(1, HOT_LEADS + 1), LOCKED_LEADS)
        with suppress(pymysql.Error), self.connect() as connection, connection.cursor() as cursor:
            connection.begin()
            cursor.execute("SELECT lead_id FROM leads WHERE lead_id IN %s FOR UPDATE", [leads])
            self.tally.faults[Fault.LOCK] += 1
            time.sleep(self.rng.uniform(*LOCKED_SECONDS))


MAKERS = {
    Fault.WORKER_KILL: FaultInjector.kill_worker,
    Fault.DATABASE_KILL: FaultInjector.restart_database,
    Fault.LOCK: FaultInjector.start_lock,
}
