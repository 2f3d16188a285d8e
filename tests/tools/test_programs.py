"""Whose programs the private server runs: the machine's, those that tools/bring has brought, or those of a folder."""

import subprocess
from pathlib import Path

import pytest

from tools import ROOT, STATE
from tools.private_server import PrivateServer
from tools.programs import Programs, ServerError


@pytest.fixture
def choose(monkeypatch):
    """Choose a server as `make SERVER=...` does; returns its programs."""

    def set_server(name):
        monkeypatch.setenv("SERVER", name)
        return Programs.chosen()

    return set_server


@pytest.mark.parametrize(
    ("chosen", "name", "folder"),
    [
        ("", "mariadb", None),
        ("mysql", "mysql", STATE / "programs" / "mysql"),
        ("/opt/mysql-8.4", "opt-mysql-8.4", Path("/opt/mysql-8.4")),
    ],
)
def test_each_server_has_a_name_of_its_own_for_its_data(choose, chosen, name, folder):
    programs = choose(chosen)

    assert (programs.name, programs.folder) == (name, folder)


@pytest.mark.slow
def test_the_programs_of_a_folder_serve_as_those_of_the_machine_do(choose, tmp_path):
    choose("/usr")

    with PrivateServer(tmp_path) as server, server.admin() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT @@basedir")
        assert cursor.fetchone()[0].rstrip("/") == "/usr"


def test_a_folder_without_a_server_is_refused_by_its_name(choose, tmp_path):
    choose(f"{tmp_path}/empty")

    with pytest.raises(ServerError, match=f"mysqld is not in {tmp_path}/empty: "):
        PrivateServer(tmp_path).start()


@pytest.mark.parametrize("chosen", ["", "/opt/mysql"])
def test_nothing_is_brought_for_the_machines_server_or_a_folder(chosen):
    assert bring(chosen) == (0, "")


def test_a_server_that_cannot_be_brought_is_refused():
    assert bring("oracle") == (1, "SERVER is mysql, mariadb-11 or a folder with a slash in its name, not oracle\n")


def bring(server):
    done = subprocess.run([ROOT / "tools" / "bring", server], text=True, capture_output=True)
    return done.returncode, done.stdout + done.stderr
