"""What is counted for those on call: every request once, under the key that sent it, over all processes."""

import math
import os
import re
import signal
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from ingress import counters, create_app
from ingress.access import key_cache
from ingress.database.pool import Database
from ingress.errors import TLDialerConnectionError
from ingress.monitoring import metrics
from ingress.outcome import Outcome
from ingress.spool import drainer, queue
from tests.calls import PATH
from tests.conftest import SECRET
from tools.service import serve

TOKEN = "a-token-for-tests-only"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ONCALL = Path(__file__).parents[2] / "docs" / "oncall"


@pytest.fixture
def app(dialer, monkeypatch):
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    return create_app()


@pytest.fixture
def read(client):
    """Read the value of a metric; 0 when there is none."""

    def read(name, **labels):
        return parse(client.get("/metrics", headers=BEARER).text).get((name, *sorted(labels.items())), 0)

    return read


@pytest.fixture
def requests(read, key):
    def requests(outcome, api_id=key["tld-api-id"]):
        return read("ingress_requests_total", api_id=api_id, outcome=outcome)

    return requests


def parse(text):
    families = text_string_to_metric_families(text)
    samples = [sample for family in families for sample in family.samples]
    return {(sample.name, *sorted(sample.labels.items())): sample.value for sample in samples}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_page_is_off_without_a_token(dialer, method):
    response = create_app().test_client().open("/metrics", method=method, headers=BEARER)

    assert (response.status_code, response.json) == (404, {"error": "Not Found"})


@pytest.mark.parametrize(
    "authorization", [None, "", TOKEN, "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xfc"]
)
def test_another_token_is_refused(client, authorization):
    response = client.get("/metrics", headers=authorization and {"Authorization": authorization})

    assert (response.status_code, response.json) == (401, {"error": "Unauthorized"})
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_wrong_tokens_are_slowed_down_and_the_right_one_is_not(client):
    statuses = {client.get("/metrics").status_code for _ in range(61)}

    assert statuses == {401, 429}
    assert client.get("/metrics", headers=BEARER).status_code == 200


def test_a_short_token_stops_the_start(dialer, monkeypatch):
    monkeypatch.setenv("METRICS_TOKEN", "short")

    with pytest.raises(SystemExit, match="METRICS_TOKEN"):
        create_app()


@pytest.mark.parametrize(
    ("outcome", "request_"),
    [
        ("unmatched", {"json": {"cost": 1}}),
        ("refused", {"json": {"cost": "free"}}),
        ("refused", {"data": "{", "content_type": "application/json"}),
        ("dry_run", {"json": {"cost": 1, "dry_run": 1}}),
    ],
)
def test_a_request_is_counted_once_under_its_key_and_outcome(post, requests, outcome, request_):
    before = requests(outcome)

    post(**request_)

    assert requests(outcome) == before + 1


def test_a_matched_call_counts_as_billed_and_the_next_as_duplicate(dialer, post, requests):
    dialer.add_call("2024-03-05 14:21:50")

    for _ in range(3):
        post(json={"cost": 1, "call_date": "2024-03-05T14:21:09Z"})

    assert [requests(outcome) for outcome in ("billed", "duplicate", "unmatched")] == [1, 2, 0]


def test_the_cost_is_summed_by_key_and_only_when_it_was_billed(post, read, key):
    for cost in ("12.5", "0.25", "free"):
        post(json={"cost": cost, "idempotency_key": cost})
        post(json={"cost": cost, "idempotency_key": cost})

    assert read("ingress_billed_cost_total", api_id=key["tld-api-id"]) == 12.75


def test_every_request_with_parameters_is_in_the_histogram(post, client, read):
    before = read("ingress_request_duration_seconds_count")

    post(json={"cost": 1})
    client.post(PATH)

    assert read("ingress_request_duration_seconds_count") == before + 2
    assert read("ingress_request_duration_seconds_bucket", le="+Inf") == before + 2


@pytest.mark.parametrize(
    ("error", "request_"),
    [
        ("No API ID Provided", {}),
        ("No API Key Provided", {"headers": {"tld-api-id": "1"}}),
        ("Invalid API ID or Key", {"headers": {"tld-api-id": "4000000000", "tld-api-key": "wrong"}}),
        ("Request Too Large", {"data": b"x" * 300_000}),
    ],
)
def test_requests_without_a_valid_key_are_counted_by_their_error(client, read, requests, error, request_):
    unknown, errors = requests("refused", api_id="unknown"), read("ingress_errors_total", error=error)

    client.post(PATH, **request_)

    assert requests("refused", api_id="unknown") == unknown + 1
    assert read("ingress_errors_total", error=error) == errors + 1


def test_a_request_without_a_valid_key_makes_no_series_of_its_own(client):
    before = len(parse(client.get("/metrics", headers=BEARER).text))

    for api_id in range(1, 50):
        client.post(f"{PATH}{api_id}?x={api_id}", headers={"tld-api-id": f"4{api_id}", "tld-api-key": str(api_id)})

    assert len(parse(client.get("/metrics", headers=BEARER).text)) <= before + 2  # the errors 401 and 429


def test_an_error_is_counted_by_its_fixed_text(post, read):
    before = read("ingress_errors_total", error="Invalid Cost")

    post(json={"cost": "12,5"})
    post(json={"cost": "-1"})

    assert read("ingress_errors_total", error="Invalid Cost") == before + 2


def test_a_database_that_is_away_is_failed_not_ready_and_counted(client, read, requests, broken_connection):
    before = requests("failed", api_id="unknown"), read("ingress_database_errors_total", kind="no_connection")
    assert read("ingress_ready") == 1

    client.application.extensions["database"] = Database(client.application.config["DATABASE_URL"])
    broken_connection()
    client.post(PATH, headers={"tld-api-id": "1", "tld-api-key": SECRET})

    assert requests("failed", api_id="unknown") == before[0] + 1
    assert read("ingress_database_errors_total", kind="no_connection") > before[1]
    assert read("ingress_ready") == 0


def test_a_lost_connection_is_counted_with_its_second_run(post, client, read):
    post(json={"cost": 1})
    errors, retries = read("ingress_database_errors_total", kind="lost"), read("ingress_database_retries_total")
    database = client.application.extensions["database"]

    def lose_it_once(connection, lost=[]):  # noqa: B006 - remembers that it has done so
        if not lost:
            lost.append(connection)
            connection.cursor().execute(f"KILL {connection.thread_id()}")
        return connection.cursor().execute("SELECT 1")

    assert database.run(lose_it_once, deadline=time.monotonic() + 4) == 1
    assert read("ingress_database_errors_total", kind="lost") == errors + 1
    assert read("ingress_database_retries_total") == retries + 1


def test_open_connections_are_counted(client, read):
    database = client.application.extensions["database"]
    assert read("ingress_database_connections") == 1
    done, counted = threading.Event(), threading.Event()

    def keep_one():
        database.open_connection()
        counted.set()
        done.wait()

    thread = threading.Thread(target=keep_one)
    thread.start()
    counted.wait()
    both = read("ingress_database_connections")
    done.set()
    thread.join()
    database.open_connection().close()

    assert (both, read("ingress_database_connections")) == (2, 1)


def test_a_connection_that_the_server_has_closed_is_not_counted_as_open(tables, dialer, broken_connection, monkeypatch):
    monkeypatch.setattr(
        "ingress.database.connection.IDLE_CHECK_SECONDS", 0
    )  # or it would be looked at only after a second
    dialer.execute("KILL %s", tables.open_connection().thread_id())
    time.sleep(0.1)
    broken_connection()

    with pytest.raises(TLDialerConnectionError):
        tables.open_connection()

    assert REGISTRY.get_sample_value("ingress_database_connections") == 0


def test_a_replay_is_counted_with_its_cost(app, dialer, post, read, key):
    post(json={"cost": "free"})
    refused = dialer.execute("SELECT MAX(delivery_id) AS id FROM deliveries").fetchone()["id"]
    before = read("ingress_replays_total", outcome="unmatched")

    app.test_cli_runner().invoke(args=["deliveries", "replay", str(refused), "--set", "cost=12.5"])

    assert read("ingress_replays_total", outcome="unmatched") == before + 1
    assert read("ingress_billed_cost_total", api_id=key["tld-api-id"]) == 12.5


def test_the_spool_is_shown_and_its_cost_counts_once_billed(dialer, key, spool_folder, app, post, outage, read):
    post(json={"cost": "1"})
    before = read("ingress_billed_cost_total", api_id=key["tld-api-id"])
    outage.begin()
    assert post(json={"cost": "12.5"}).status_code == 202

    assert read("ingress_spool_requests") == 1
    assert 0 <= read("ingress_spool_age_seconds") < 60
    outage.end()
    with app.app_context():
        drainer.drain()

    assert read("ingress_spool_requests") == read("ingress_spool_age_seconds") == 0
    assert read("ingress_billed_cost_total", api_id=key["tld-api-id"]) == before + 12.5


def test_a_spool_tells_what_fails_and_how_long_what_is_billed_has_waited(dialer, spool_folder, app, post, outage, read):
    count, waited = read("ingress_spool_wait_seconds_count"), read("ingress_spool_wait_seconds_bucket", le="60.0")
    post(json={"cost": "1"})
    outage.begin()
    for _ in range(2):
        post(json={"cost": "12.5"})
    outage.end()
    kept = app.extensions["spool"]
    kept.back_off(kept.list_all()[0], "ZeroDivisionError")
    assert (read("ingress_spool_failing"), read("ingress_spool_writable")) == (1, 1)

    with kept.file.open() as connection:
        connection.execute("UPDATE entries SET received = '2024-03-05T14:21:09.900000+00:00' WHERE tries > 0")
    with app.app_context():
        drainer.drain(now=float("inf"))

    assert read("ingress_spool_wait_seconds_count") == count + 2
    assert read("ingress_spool_wait_seconds_bucket", le="60.0") == waited + 1


def test_a_spool_that_can_take_nothing_is_shown_and_its_refusals_counted(
    dialer, spool_folder, app, post, outage, read, monkeypatch
):
    post(json={"cost": "1"})
    before = read("ingress_spool_refusals_total")
    monkeypatch.setattr(queue, "ROWS_LIMIT", 0)
    outage.begin()

    assert post(json={"cost": "12.5"}).status_code == 503

    assert read("ingress_spool_writable") == 0
    assert read("ingress_spool_refusals_total") == before + 1


def test_a_service_without_a_spool_shows_none(app, client):
    shown = {name for name, *_ in parse(client.get("/metrics", headers=BEARER).text)}

    assert not {"ingress_spool_requests", "ingress_spool_writable"} & shown


def test_senders_are_named_also_while_the_database_is_away(app, create_key, client, read, outage):
    callgrid, nameless = create_key(name="callgrid"), create_key(name="")
    create_key(name="ann", scope="admin")
    client.post(PATH, headers=callgrid, json={"cost": "1"})

    def named():
        samples = parse(client.get("/metrics", headers=BEARER).text)
        return [dict(labels)["name"] for name, *labels in samples if name == "ingress_key_info"]

    names = named()
    used = read("ingress_key_last_used_timestamp_seconds", api_id=callgrid["tld-api-id"])
    outage.begin()

    assert names == named() == ["callgrid", f"key {nameless['tld-api-id']}"]
    assert 0 <= time.time() - used < 60


def test_a_use_of_the_old_secret_is_a_use_of_the_key(client, key, dialer, read):
    dialer.execute("UPDATE api_keys SET last_used = '2026-03-05 14:21:00', old_last_used = '2026-03-05 14:22:00'")

    assert read("ingress_key_last_used_timestamp_seconds", api_id=key["tld-api-id"]) == 1_772_720_520


def test_a_senders_counters_begin_at_0_before_its_first_request(client, key, read):
    client.get("/metrics", headers=BEARER)

    samples = parse(client.get("/metrics", headers=BEARER).text)

    api_id = ("api_id", key["tld-api-id"])
    assert samples[("ingress_requests_total", api_id, ("outcome", "billed"))] == 0
    assert samples[("ingress_wrong_secrets_total", api_id)] == 0


@pytest.mark.parametrize(("hours", "value"), [("mon-sun 0:00-24:00", 1), ("mon-sun 0:00-0:01", 0)])
def test_the_hours_of_alarms_are_told(dialer, monkeypatch, hours, value):
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    monkeypatch.setenv("ALARM_HOURS", hours)
    monkeypatch.setattr(metrics, "dialer_now", lambda: datetime(2026, 3, 4, 15))

    samples = parse(create_app().test_client().get("/metrics", headers=BEARER).text)

    assert samples[("ingress_alarm_hours",)] == value


def test_the_thresholds_of_alarms_are_told(dialer, monkeypatch):
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    for name, text in {"ALARM_SILENCE": "20", "ALARM_SHARE": "50%", "ALARM_DELAY": "1h"}.items():
        monkeypatch.setenv(name, text)

    samples = parse(create_app().test_client().get("/metrics", headers=BEARER).text)

    told = {labels[0][1]: value for (name, *labels), value in samples.items() if name == "ingress_alarm_threshold"}
    assert told == {"ALARM_SILENCE": 20, "ALARM_SHARE": 0.5, "ALARM_DELAY": 3600}


def test_a_spool_that_cannot_be_read_is_not_shown_as_empty(dialer, spool_folder, app, read):
    spool_folder.mkdir(mode=0o700, exist_ok=True)
    (spool_folder / "spool.sqlite").write_text("no database, but long enough to be taken for one" * 100)

    assert math.isnan(read("ingress_spool_requests"))


def test_a_call_that_cannot_be_counted_is_still_billed_and_answered(dialer, post, monkeypatch, caplog):
    def fail(*labels):
        raise OSError("no space left on device")

    monkeypatch.setattr(counters, "requests_of", fail)
    monkeypatch.setattr(counters, "cost_of", fail)

    response = post(json={"cost": 1})

    assert (response.status_code, len(dialer.costs())) == (200, 1)
    assert "no space left on device" in caplog.text


def test_every_outcome_begins_at_0_with_the_first_request_of_a_key():
    counters.count_request("a new key", Outcome.BILLED, 0.1, None)

    (metric,) = counters.REQUESTS.collect()
    counted = {sample.labels["outcome"] for sample in metric.samples if sample.labels["api_id"] == "a new key"}
    assert counted == set(Outcome) - {Outcome.REPLAYED}  # which only the log ever says


@pytest.mark.slow
def test_the_counts_of_all_workers_are_summed_even_of_dead_ones(tables, dialer, key, tmp_path):
    folder = tmp_path / "counters"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"left by an earlier run")
    with serve(
        tmp_path / "log", WEB_CONCURRENCY="3", METRICS_TOKEN=TOKEN, PROMETHEUS_MULTIPROC_DIR=str(folder)
    ) as service:
        send_from_many(service, key, 30)
        before = parse(service.send("GET", "/metrics", BEARER)[2].decode())
        victim = worker_with_connections(before)
        os.kill(int(victim), signal.SIGKILL)
        time.sleep(1.5)
        send_from_many(service, key, 30)
        after = parse(service.send("GET", "/metrics", BEARER)[2].decode())

    count = ("ingress_requests_total", ("api_id", key["tld-api-id"]), ("outcome", "unmatched"))
    assert (before[count], after[count]) == (30, 60)
    assert ("ingress_database_connections", ("pid", victim)) not in after
    assert (after["ingress_ready",], after["ingress_billed_cost_total", ("api_id", key["tld-api-id"])]) == (1, 60)
    assert not folder.exists()


def send_from_many(service, key, count):
    senders = [threading.Thread(target=service.send, args=("POST", f"{PATH}?cost=1", key)) for _ in range(count)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()


def worker_with_connections(samples):
    return next(labels[0][1] for (name, *labels), value in samples.items() if name.endswith("connections") and value)


def test_every_metric_on_the_dashboard_and_in_the_alerts_exists(spool_folder, client, post):
    post(json={"cost": 1})
    post(json={"cost": "free"})
    client.post(PATH)
    exported = {name for name, *_ in parse(client.get("/metrics", headers=BEARER).text)} | {"ingress_replays_total"}

    for file in ("dashboard.json", "alerts.yaml"):
        used = set(re.findall(r"\bingress_\w+", (ONCALL / file).read_text()))

        assert used
        assert used <= exported


def test_wrong_keys_are_counted_under_ids_that_exist(client, read, key):
    client.post(PATH, headers=key, data={"cost": 1})
    first = read("ingress_wrong_secrets_total", api_id=key["tld-api-id"])
    for wrong in ({"tld-api-key": "wrong"}, {"tld-api-key": SECRET + "?x"}, {"tld-api-id": "999999"}):
        client.post(PATH, headers={**key, **wrong})

    assert read("ingress_wrong_secrets_total", api_id=key["tld-api-id"]) - first == 1
    assert read("ingress_wrong_secrets_total", api_id="999999") == 0


def test_the_uses_of_an_old_secret_are_counted_by_key_from_0(dialer, post, key, read, monkeypatch):
    monkeypatch.setattr(key_cache, "KEY_SECONDS", 0)
    api_id = key["tld-api-id"]
    post(json={"cost": "1"})
    before = read("ingress_old_secrets_total", api_id=api_id)
    dialer.execute("UPDATE api_keys SET old_key_hash = key_hash, key_hash = REPEAT('0', 64), old_until = '2099-03-05'")

    assert post(json={"cost": "1"}).status_code == 200

    assert (before, read("ingress_old_secrets_total", api_id=api_id)) == (0, 1)
