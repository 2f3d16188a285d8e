"""The alerts of docs/oncall, as Prometheus itself sees them."""

import re
import subprocess

import pytest
import yaml

from ingress.watch.alarm import read_texts
from tools import BIN, ROOT

ONCALL = ROOT / "docs" / "oncall"
TESTS = sorted(ONCALL.glob("*.test.yaml"))


@pytest.fixture(scope="module")
def alerts():
    """Each alert by its name."""
    groups = yaml.safe_load((ONCALL / "alerts.yaml").read_text())["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"] if "alert" in rule}


@pytest.mark.slow
def test_every_alert_fires_when_it_must_and_not_otherwise():
    result = subprocess.run([BIN / "promtool", "test", "rules", *TESTS], capture_output=True, text=True)

    assert result.returncode == 0, result.stdout + result.stderr


def test_every_alert_is_tested(alerts):
    tests = "".join(file.read_text() for file in TESTS)

    assert [name for name in alerts if name not in tests and not name.startswith("IngressSpool")] == []
    assert {name for name in alerts if name.startswith("IngressSpool")} <= {*re.findall(r"IngressSpool\w+", tests)}


def test_every_alert_says_what_it_means_and_what_to_do(alerts):
    for alert in alerts.values():
        assert re.fullmatch(r"What it means: .+ What to do: .+", alert["annotations"]["description"], re.DOTALL)
        assert alert["annotations"]["summary"]
        assert alert["labels"]["severity"] in ("page", "ticket")


def test_the_page_names_every_alert_and_every_alarm_of_the_watch(alerts):
    page = (ROOT / "docs" / "oncall.md").read_text()

    assert [name for name in alerts if f"`{name}`" not in page] == []
    assert [name for name in read_texts() if f"`{name}`" not in page] == []
