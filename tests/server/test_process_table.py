"""What processes know of each other: which of them start, which are dead."""

import signal
import threading
import time

import pytest

from ingress.server import process_table
from tools.service import read_lines, serve

pytestmark = pytest.mark.slow


@pytest.mark.slow
def test_a_reload_keeps_no_connection_waiting(tables, tmp_path, slow_start):
    waits, stopped = [], threading.Event()

    def send_on(service):
        while not stopped.is_set():
            started = time.monotonic()
            assert service.send("GET", "/healthz")[0] == 200
            waits.append(time.monotonic() - started)

    with serve(tmp_path / "log", *slow_start("post_worker_init(worker)", 1), WEB_CONCURRENCY="2") as service:
        assert service.send("GET", "/healthz")[0] == 200
        sender = threading.Thread(target=send_on, args=[service])
        sender.start()
        service.process.send_signal(signal.SIGHUP)
        time.sleep(3)
        stopped.set()
        sender.join()
        messages = [line.get("message", "") for line in read_lines(service)]

    assert sum("Booting worker" in message for message in messages) == 4
    assert sum("Worker exiting" in message for message in messages) == 2
    assert max(waits) < 0.5  # a second, if the old processes had stopped at once


def test_a_dead_process_is_forgotten(monkeypatch):
    process_table.add_starting(7)
    process_table.set_connections(7, 0)
    monkeypatch.setattr(process_table, "is_alive", lambda pid: False)
    process_table.set_pid(7)

    process_table.remove_dead()

    assert process_table.counts[7] == 0
