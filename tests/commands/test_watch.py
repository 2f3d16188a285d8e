"""`ingress watch` as a timer runs it, over its exit codes and what it prints."""

import json
import os
import signal
import subprocess
import threading
import time
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ingress import create_app
from ingress.clock import dialer_now
from ingress.watch import machine
from tools import BIN


@pytest.fixture
def hook():
    """A webhook that keeps the titles that it gets."""
    titles = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self):
            titles.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["title"])
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        server.titles = titles
        server.url = f"json://127.0.0.1:{server.server_port}/hook-secret"
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def state(tmp_path):
    return tmp_path / "alarms.json"


@pytest.fixture
def watch(dialer, state, monkeypatch):
    """Run it once; return exit code and output."""
    monkeypatch.setattr(machine, "ASK_AGAIN_SECONDS", 0)

    def run(*arguments):
        result = create_app().test_cli_runner().invoke(args=["watch", "--state", str(state), *arguments])
        return result.exit_code, result.output

    return run


@pytest.fixture
def wrong_key(key, dialer):
    """A wrong key came under the id of a sender, a moment ago."""
    with create_app().app_context():
        dialer.execute("UPDATE api_keys SET failed = %s, failed_from = '203.0.113.7'", dialer_now())
    return f"wrong keys come under the id of test (key {key['tld-api-id']})"


def test_without_addresses_it_prints_that_all_is_well(watch, key, state):
    assert watch() == (0, "All is well.\n")
    assert not state.exists()


def test_without_addresses_it_prints_what_is_on_and_exits_with_1(watch, wrong_key):
    code, output = watch()

    assert code == 1
    assert output.startswith(f"{wrong_key}\nWhat it means: The last one came at ")
    assert "\nWhat to do: If the address is the platform's" in output


def test_each_run_tells_only_what_is_new(watch, wrong_key, dialer, hook, monkeypatch, state):
    monkeypatch.setenv("INGRESS_NOTIFY", hook.url)

    first, second = watch(), watch()
    dialer.execute("UPDATE api_keys SET failed = NULL")
    third, fourth = watch(), watch()

    assert first == (0, f"address 1 (json) was told: {wrong_key}\n")
    assert third == (0, f"address 1 (json) was told that this is over: {wrong_key}\n")
    assert second == fourth == (0, "")
    assert hook.titles == [f"ingress: {wrong_key}", f"ingress: over: {wrong_key}"]
    assert "secret" not in state.read_text()


def test_who_cannot_be_told_is_named_and_the_next_run_tries_again(watch, wrong_key, hook, monkeypatch):
    monkeypatch.setenv("INGRESS_NOTIFY", "json://127.0.0.1:1/hook-secret")
    code, output = watch()
    monkeypatch.setenv("INGRESS_NOTIFY", hook.url)

    assert code == 1
    assert "address 1 (json) was not told: " in output
    assert "secret" not in output
    assert watch()[0] == 0
    assert hook.titles == [f"ingress: {wrong_key}"]


def test_a_database_that_is_away_is_told_and_ends_no_alarm_of_a_sender(watch, wrong_key, hook, monkeypatch):
    monkeypatch.setenv("INGRESS_NOTIFY", hook.url)
    watch()
    with monkeypatch.context() as away:
        away.setattr("ingress.database.pool.Database.connect_to", lambda *args: 1 / 0)
        codes = [watch()[0], watch()[0]]
    watch()

    assert codes == [0, 0]
    assert hook.titles == [
        f"ingress: {wrong_key}",
        "ingress: the database cannot bill",
        "ingress: over: the database cannot bill",
    ]


def test_the_time_of_an_outage_is_kept_for_the_silences_after_it(watch, hook, monkeypatch, state):
    monkeypatch.setenv("INGRESS_NOTIFY", hook.url)
    with monkeypatch.context() as away:
        away.setattr("ingress.database.pool.Database.connect_to", lambda *args: 1 / 0)
        watch()

    away = datetime.fromisoformat(json.loads(state.read_text())["away"])
    with create_app().app_context():
        assert timedelta(0) <= dialer_now() - away < timedelta(minutes=1)


def test_another_machine_may_watch_the_senders(watch, wrong_key):
    assert watch("--no-senders") == (0, "All is well.\n")


def test_an_address_that_is_none_is_a_wrong_setting(watch, monkeypatch):
    monkeypatch.setenv("INGRESS_NOTIFY", "slak://hook-secret")

    code, output = watch()

    assert code == 2
    assert "INGRESS_NOTIFY: Apprise cannot read address 1 (slak)." in output
    assert "secret" not in output


def test_a_file_that_cannot_be_kept_is_named(watch, monkeypatch, tmp_path):
    monkeypatch.setenv("INGRESS_NOTIFY", "json://127.0.0.1:1")

    code, output = watch("--state", str(tmp_path / "missing" / "alarms.json"))

    assert code == 1
    assert "name another with --state" in output


@pytest.mark.slow
def test_a_loop_looks_again_and_again_until_a_signal_ends_it(wrong_key, dialer, hook, state):
    process = subprocess.Popen(
        [BIN / "ingress", "watch", "--every", "1s", "--state", state], env={**os.environ, "INGRESS_NOTIFY": hook.url}
    )
    try:
        wait_until(lambda: len(hook.titles) == 1)
        dialer.execute("UPDATE api_keys SET failed = NULL")
        wait_until(lambda: len(hook.titles) == 2)
    finally:
        process.send_signal(signal.SIGTERM)

    assert process.wait(10) in (0, -signal.SIGTERM)  # between two looks, or during one
    assert hook.titles == [f"ingress: {wrong_key}", f"ingress: over: {wrong_key}"]


def wait_until(is_true):
    deadline = time.monotonic() + 30
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)
