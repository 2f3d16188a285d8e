"""Workers of either class stop while they start, and recover from a lack of descriptors."""

import random
import signal
import time

import pytest

from tools.service import serve

pytestmark = pytest.mark.slow


def seconds_to_stop(service):
    started = time.monotonic()
    service.process.send_signal(signal.SIGTERM)
    service.process.wait(20)
    return time.monotonic() - started


@pytest.mark.slow
@pytest.mark.parametrize("worker_class", ["patient", "gthread"])
def test_a_signal_reaches_a_worker_that_does_not_handle_it_yet(tables, tmp_path, slow_start, worker_class):
    options = slow_start("post_fork(server, worker)", 1)
    with serve(tmp_path / "log", *options, WEB_CONCURRENCY="1", WORKER_CLASS=worker_class) as service:
        time.sleep(0.5)

        assert seconds_to_stop(service) < 5


@pytest.mark.slow
def test_a_service_that_starts_stops_at_any_moment(tables, tmp_path):
    for _ in range(5):
        with serve(tmp_path / "log", WEB_CONCURRENCY="4") as service:
            time.sleep(random.random() / 5)

            assert seconds_to_stop(service) < 5


@pytest.mark.slow
def test_a_stop_does_not_wait_for_processes_that_start(tables, tmp_path, slow_start):
    options = slow_start("post_fork(server, worker)", "2 if worker.age == 2 else 0")
    with serve(tmp_path / "log", *options, WEB_CONCURRENCY="2") as service:
        time.sleep(1)

        assert seconds_to_stop(service) < 5
