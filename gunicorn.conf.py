"""How gunicorn serves wsgi:app; it finds this file by itself. Settings come from the environment or `.env`."""

import os
from pathlib import Path
from tempfile import mkdtemp

from dotenv import load_dotenv

load_dotenv(Path(__file__).with_name(".env"), interpolate=False)
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a folder there that is ours alone
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:  # in memory if possible: where a disk is full, counting kills a worker
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = mkdtemp(
        prefix="ingress-metrics-", dir=IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    )
Path(os.environ["PROMETHEUS_MULTIPROC_DIR"]).mkdir(parents=True, exist_ok=True)  # the imports below look there

from ingress.config import read_settings  # noqa: E402
from ingress.intake import body  # noqa: E402
from ingress.monitoring import processes  # noqa: E402
from ingress.server.threaded import ThreadedWorker  # noqa: E402
from ingress.server.worker import PatientWorker  # noqa: E402
from ingress.spool import drainer  # noqa: E402

settings = read_settings()  # here, so that wrong ones are told once and not by each worker

bind = settings["BIND"]
workers = settings["WEB_CONCURRENCY"]
worker_class = PatientWorker if settings["WORKER_CLASS"] == "patient" else ThreadedWorker
PatientWorker.body_limit = body.BODY_LIMIT
limit_request_line = 0  # unlimited within the 256 KiB of a head: the application refuses a long URL, and logs it
threads = 8  # a request mostly waits for the database; each thread keeps one connection to it
worker_connections = 500  # at once; with a descriptor each they stay below the usual limit of 1024
# No peer sets the scheme or the path by its headers: gunicorn would believe those that come from this machine or over a
# unix socket, and refuse a request in which two contradict each other. The application has TRUSTED_PROXIES for that.
secure_scheme_headers = {}
forwarder_headers = ""
keepalive = 5  # seconds; platforms send again over the same connection
# Seconds until a worker that no longer answers at all is replaced. It does not end a request that is stuck in the
# database, for gthread goes on beating its heart meanwhile: the limits in ingress/database/ do.
timeout = 30
graceful_timeout = 30  # seconds for what is under way at SIGTERM; a request takes 15 at most, sending included

accesslog = "-"
logger_class = "ingress.monitoring.logs.JsonLogger"
control_socket_disable = True  # it would be made in the user's home

on_starting = processes.clear_counters
pre_fork = processes.make_folder
post_worker_init = drainer.start_in_worker
child_exit = processes.forget_process
on_exit = processes.remove_folder
