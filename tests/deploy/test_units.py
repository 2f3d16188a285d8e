"""The units of systemd: what they start exists, each timer has its service, and all are locked in alike."""

import shlex

import pytest
import yaml
from click.testing import CliRunner

from ingress.__main__ import main
from tools import ROOT

UNITS = ROOT / "deploy" / "systemd"
OWN = {
    "Type",
    "ExecStart",
    "TimeoutStartSec",
    "KillMode",
    "TimeoutStopSec",
    "Restart",
    "RestartSec",
    "WorkingDirectory",
}
OWN |= {"RuntimeDirectory", "Environment"}


def read_unit(path):
    """Return the settings of a unit by section; one that is named twice has all its values."""
    sections = {}
    for line in path.read_text().splitlines():
        if line.startswith("["):
            section = sections.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            section.setdefault(name, []).append(value)
    return sections


TIMERS = [path.stem for path in sorted(UNITS.glob("*.timer"))]


@pytest.mark.parametrize("name", TIMERS)
def test_each_timer_starts_a_command_that_exists(name):
    shown = CliRunner().invoke(main, [*read_command(name), "--help"])

    assert shown.exit_code == 0, shown.output


def read_command(name):
    """Return what the unit of a timer gives to `ingress`."""
    ((command,),) = [read_unit(UNITS / f"{name}.service")["Service"]["ExecStart"]]
    program, *arguments = shlex.split(command)
    assert program == "/opt/ingress/current/bin/ingress"
    return arguments


def test_the_nightly_pruning_needs_nobody_who_answers(app, dialer, key, log):
    dialer.execute(
        "INSERT INTO deliveries (request_id, api_id, received, sent, outcome, status)"
        " VALUES ('old', %s, '2020-03-05 14:21:50', '{}', 'refused', 400)",
        key["tld-api-id"],
    )

    pruned = app.test_cli_runner().invoke(args=read_command("ingress-prune"))

    assert (pruned.exit_code, log()) == (0, ()), pruned.output


def test_each_service_of_the_composition_that_runs_a_command_finds_it():
    composed = yaml.safe_load((ROOT / "deploy" / "docker-compose.yaml").read_text())["services"]
    commands = [service["command"] for service in composed.values() if service.get("command", [""])[0] == "ingress"]

    shown = [CliRunner().invoke(main, [*command[1:], "--help"]) for command in commands]

    assert len(shown) == 2
    assert [each.output for each in shown if each.exit_code] == []


def test_all_services_are_locked_in_alike():
    locks = [
        {name: values for name, values in read_unit(path)["Service"].items() if name not in OWN}
        for path in UNITS.glob("*.service")
    ]

    assert len(locks) == len(TIMERS) + 1
    assert all(each == locks[0] for each in locks)
    assert locks[0]["NoNewPrivileges"] == ["yes"]


@pytest.mark.parametrize("path", sorted(UNITS.glob("*.service")), ids=lambda path: path.name)
def test_each_service_reads_the_one_file_of_settings(path):
    assert read_unit(path)["Service"]["EnvironmentFile"] == ["/etc/ingress.env"]
