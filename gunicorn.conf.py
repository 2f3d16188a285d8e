"""How gunicorn serves wsgi:app; it finds this file by itself. Settings come from the environment or `.env`."""

import os
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from dotenv import load_dotenv

load_dotenv(Path(__file__).with_name(".env"))
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder there that is ours alone
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:  # in memory if possible: where a disk is full, counting kills a worker
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = mkdtemp(
        prefix="ingress-metrics-", dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    )
counters = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])  # where those of all workers meet; the imports below look there
counters.mkdir(parents=True, exist_ok=True)

from prometheus_client import multiprocess  # noqa: E402

from ingress.config import read_settings  # noqa: E402
from ingress.server import connection_counts  # noqa: E402

settings = read_settings()  # here, so that wrong ones are told once and not by each worker

bind = settings["BIND"]
workers = settings["WEB_CONCURRENCY"]
worker_class = "ingress.server.worker.PatientWorker"
limit_request_line = 8190  # bytes, the most that gunicorn takes: platforms that can only fire a URL put all into it
threads = 8  # a request mostly waits for the database; each thread keeps one connection to it
worker_connections = 500  # at once; with a descriptor each they stay below the usual limit of 1024
keepalive = 5  # seconds; platforms send again over the same connection
# Seconds until a worker that no longer answers at all is replaced. It does not end a request that is stuck in the
# database, for gthread goes on beating its heart meanwhile: the limits in ingress/database/ do.
timeout = 30
graceful_timeout = 30  # seconds for what is under way at SIGTERM; a request takes 15 at most, sending included

accesslog = "-"
logger_class = "ingress.monitoring.logs.JsonLogger"
control_socket_disable = True  # it would be made in the user's home


def on_starting(server):
    """Not at a reload, when workers still count: a folder of the operator's choice may hold an earlier run's."""
    for file in counters.glob("*.db"):
        file.unlink()


def pre_fork(server, worker):
    """Somebody may have tidied up, and a worker that finds no folder does not start."""
    counters.mkdir(parents=True, exist_ok=True)


def pre_request(worker, req):
    req._expected_100_continue = False  # who waited for that has been told, or the body would not be here


def child_exit(server, worker):
    multiprocess.mark_process_dead(worker.pid)
    connection_counts.leave(worker.age)


def on_exit(server):
    rmtree(counters, ignore_errors=True)


def post_worker_init(worker):
    """In each worker and not in the arbiter: threads do not outlive a fork. Imported late, for it counts too."""
    from ingress.spool import drainer

    drainer.start(worker.wsgi)
