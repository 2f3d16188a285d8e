"""The dashboard of docs/oncall: a real Prometheus that scrapes the real service has data for each of its panels."""

import json
import subprocess
import time
import urllib.parse
import urllib.request
from contextlib import contextmanager

import pytest

from tests.calls import PATH
from tests.dialer import create_key_on
from tools import BIN, ROOT
from tools.private_server import ENDS_WITH_US, free_port
from tools.service import serve

TOKEN = "a-token-for-tests-only"
DASHBOARD = json.loads((ROOT / "docs" / "oncall" / "dashboard.json").read_text())
PANELS = {panel["title"]: panel for panel in DASHBOARD["panels"] if panel["type"] != "row"}
EMPTY = {"Alerts that fire", "Replays an hour"}  # until there is one


def test_every_panel_says_what_it_shows():
    assert [title for title, panel in PANELS.items() if not panel["description"].endswith(".")] == []


def test_no_panel_loses_events_at_any_zoom():
    """$__interval may be shorter than the time between two scrapes: an increase over it is then nothing."""
    for panel in PANELS.values():
        for target in panel["targets"]:
            assert "$__interval" not in target["expr"]
            assert ("rate(" in target["expr"]) == ("[$__rate_interval]" in target["expr"])


def test_panels_do_not_cover_each_other():
    taken = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert taken.setdefault((x, y), panel["title"]) == panel["title"]
                assert x < 24


@contextmanager
def scrape(port, folder):
    """Run a Prometheus that scrapes the service each second; yield a function that asks it."""
    (folder / "token").write_text(TOKEN)
    (folder / "prometheus.yml").write_text(
        f"global: {{scrape_interval: 1s}}\nrule_files: [{ROOT}/docs/oncall/alerts.yaml]\nscrape_configs:\n"
        f"  - job_name: ingress\n    authorization: {{credentials_file: {folder}/token}}\n"
        f'    static_configs: [{{targets: ["127.0.0.1:{port}"]}}]\n'
    )
    address = f"127.0.0.1:{free_port()}"
    with (folder / "prometheus.log").open("w") as log:
        process = subprocess.Popen(
            [
                *(*ENDS_WITH_US, BIN / "prometheus", f"--config.file={folder}/prometheus.yml"),
                *(f"--storage.tsdb.path={folder}/data", f"--web.listen-address={address}"),
            ],
            stdout=log,
            stderr=log,
        )
    try:
        yield lambda expression: ask(address, expression)
    finally:
        process.terminate()
        process.wait(20)


def ask(address, expression):
    """Return the samples of an expression as Prometheus has them now."""
    query = urllib.parse.urlencode({"query": expression})
    with urllib.request.urlopen(f"http://{address}/api/v1/query?{query}", timeout=10) as response:
        return json.load(response)["data"]["result"]


@pytest.fixture(scope="module")
def measured(tables, tmp_path_factory):
    """The samples of each expression of the dashboard, after some requests of all kinds."""
    folder = tmp_path_factory.mktemp("prometheus")
    with tables.connect() as connection:
        key = create_key_on(connection, name="callgrid")
    settings = {"METRICS_TOKEN": TOKEN, "INGRESS_SPOOL": str(folder / "spool"), "WEB_CONCURRENCY": "1"}
    with serve(folder / "log", **settings) as service, scrape(service.port, folder) as ask:
        wait_until(lambda: ask('count_over_time(up{job="ingress"}[1m]) > 2'))
        service.send("POST", f"{PATH}?cost=free", key)
        wait_until(lambda: ask("ingress_errors_total"))
        for cost in ("1", "free"):
            service.send("POST", f"{PATH}?cost={cost}", key)
        service.send("POST", f"{PATH}?cost=1", {**key, "tld-api-key": "wrong"})
        wait_until(lambda: ask("increase(ingress_wrong_secrets_total[1m]) > 0 and on (api_id) ingress_key_info"))
        return {
            (title, target["refId"]): ask(target["expr"].replace("$__rate_interval", "1m"))
            for title, panel in PANELS.items()
            for target in panel["targets"]
        }


def wait_until(is_true):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if is_true():
                return
        except OSError:
            pass  # it does not listen yet
        time.sleep(0.2)
    raise AssertionError("Prometheus has not seen it")


@pytest.mark.slow
def test_every_expression_has_data(measured):
    assert {title for (title, _), samples in measured.items() if not samples} == EMPTY


@pytest.mark.slow
def test_senders_are_named_and_strangers_are_not(measured):
    samples = measured[("Refused or failed an hour, by sender", "A")]

    assert {"callgrid", "key unknown"} <= {sample["metric"]["name"] for sample in samples}
