"""haproxy's check of a Galera node: good is what writes, is in step and keeps each commit."""

import os
import subprocess

import pytest

from tools import ROOT

SCRIPT = ROOT / "deploy" / "galera-check"


@pytest.fixture
def check(tmp_path):
    """Run the check as haproxy does, with a folder in place of /etc/haproxy; returns its exit code."""
    script = tmp_path / "galera-check"
    script.write_text(SCRIPT.read_text().replace("/etc/haproxy", str(tmp_path)))
    (tmp_path / "galera-check.cnf").write_text("[client]\nuser = haproxy\npassword = pw\n")

    def check(port=1, path=os.environ["PATH"]):
        arguments = ["127.0.0.1", "3307", "127.0.0.1", str(port)]
        return subprocess.run(["sh", script, *arguments], env={"PATH": path}, capture_output=True)

    return check


@pytest.fixture
def answering(check, tmp_path):
    """Run the check against a server that answers with this line."""

    def answering(line):
        (tmp_path / "mariadb").write_text(f"#!/bin/sh\necho '{line}'\n")
        (tmp_path / "mariadb").chmod(0o755)
        return check(path=f"{tmp_path}:{os.environ['PATH']}").returncode == 0

    return answering


@pytest.mark.parametrize("line", ["Primary,4,ON,writes,1", "Primary,2,ON,writes,1"])
def test_a_node_that_writes_is_good_also_as_a_donor(answering, line):
    assert answering(line)


@pytest.mark.parametrize(
    "line",
    [
        "non-Primary,4,ON,writes,1",
        "Disconnected,0,OFF,writes,1",
        "Primary,1,ON,writes,1",
        "Primary,3,ON,writes,1",
        "Primary,4,OFF,writes,1",
        "Primary,4,ON,reads,1",
        "Primary,4,ON,writes,2",
        "writes,1",
        "",
    ],
)
def test_any_other_node_is_not(answering, line):
    assert not answering(line)


@pytest.mark.mariadb
def test_a_server_without_galera_is_asked_in_vain(check, server):
    with server.admin() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE OR REPLACE USER haproxy IDENTIFIED BY 'pw'")
        checked = check(server.port)
        cursor.execute("DROP USER haproxy")

    assert (checked.returncode, checked.stdout, checked.stderr) == (1, b"", b"")


def test_a_server_that_does_not_answer_is_not_good(check):
    assert check(port=1).returncode == 1
