"""What befalls processes and rows: workers and the database are killed, leads are locked from outside."""

import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

import pymysql

from .calls import HOT_LEADS
from .plan import Plan

WORKER, DATABASE, LOCK = "worker_kills", "database_kills", "locks"
LOCKED_LEADS = 3  # at once, out of those that many calls share
LOCKED_SECONDS = (0.2, 2.5)  # the service waits 1 s for a lock and then runs the transaction again
DOWN_SECONDS = (0.1, 1.5)  # until somebody starts the database again


class Faults:
    """`make_due()` makes the fault whose time has come, if any."""

    def __init__(self, connect, server, service, figures, lots, progress):
        self.connect = connect
        self.server = server
        self.arbiter = service.process.pid
        self.figures = figures
        self.lots = lots
        self.plan = Plan(lots, figures.planned, [WORKER, DATABASE, LOCK], progress)

    def make_due(self):
        """Call it from the main thread: the database would end together with the thread that started it."""
        if fault := self.plan.draw():
            FAULTS[fault](self)

    def kill_worker(self):
        """Kill a child of the arbiter, which starts another."""
        workers = Path(f"/proc/{self.arbiter}/task/{self.arbiter}/children").read_text().split()
        with suppress(ProcessLookupError, IndexError):  # it ended by itself, or all were killed just now
            os.kill(int(self.lots.choice(workers)), signal.SIGKILL)
            self.figures.faults[WORKER] += 1

    def restart_database(self):
        self.server.kill()
        self.figures.faults[DATABASE] += 1
        time.sleep(self.lots.uniform(*DOWN_SECONDS))
        self.server.start()

    def start_lock(self):
        threading.Thread(target=self.lock_leads).start()

    def lock_leads(self):
        """Keep some leads from everybody else, as a person with an open transaction does."""
        leads = self.lots.sample(range(1, HOT_LEADS + 1), LOCKED_LEADS)
        with suppress(pymysql.Error), self.connect() as connection, connection.cursor() as cursor:
            connection.begin()
            cursor.execute("SELECT lead_id FROM leads WHERE lead_id IN %s FOR UPDATE", [leads])
            self.figures.faults[LOCK] += 1
            time.sleep(self.lots.uniform(*LOCKED_SECONDS))


FAULTS = {WORKER: Faults.kill_worker, DATABASE: Faults.restart_database, LOCK: Faults.start_lock}
