"""The folder in which the counters of gunicorn's processes meet; its functions are hooks, named in gunicorn.conf.py."""

import os
from pathlib import Path
from shutil import rmtree

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from prometheus_client import multiprocess


def counter_folder() -> Path:
    return Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])


def clear_counters(server: Arbiter) -> None:
    """At the start: a folder that the operator chose may hold an earlier run's. Not at a reload, when workers count."""
    counter_folder().mkdir(parents=True, exist_ok=True)
    for file in counter_folder().glob("*.db"):
        file.unlink()


def make_folder(server: Arbiter, worker: Worker) -> None:
    """Before each worker: the folder may have been tidied away, and a worker that does not find it does not start."""
    counter_folder().mkdir(parents=True, exist_ok=True)


def forget_process(server: Arbiter, worker: Worker) -> None:
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def remove_folder(server: Arbiter) -> None:
    rmtree(counter_folder(), ignore_errors=True)
