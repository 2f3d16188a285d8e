"""The private server: it survives, it keeps to itself, and it ends with whoever started it."""

import subprocess
import sys
import time

import pymysql
import pytest

from ingress.config import parse_database_url
from ingress.database.pool import Database
from tools.private_server import PrivateServer
from tools.programs import ServerError

pytestmark = pytest.mark.slow
OWNER = """
import sys
from pathlib import Path
from tools.private_server import PrivateServer

server = PrivateServer(Path(sys.argv[1]))
server.start()
input("up")
"""


@pytest.fixture
def service(mortal_server):
    """The connection that the service has, to a database of its own."""
    with Database(parse_database_url(mortal_server.create_database("private_test"))).connect() as connection:
        yield connection.cursor()


def test_a_killed_server_comes_back_with_its_data(mortal_server, service):
    service.execute("CREATE TABLE IF NOT EXISTS kept (cost DECIMAL(12,4))")
    service.execute("INSERT INTO kept VALUES (12.5)")

    mortal_server.kill()
    mortal_server.start()

    with mortal_server.admin() as connection, connection.cursor() as cursor:
        assert cursor.execute("SELECT cost FROM private_test.kept") == 1


def test_the_url_stays_good_over_a_restart(mortal_server):
    url = mortal_server.create_database("private_test")

    mortal_server.stop()
    mortal_server.start()

    assert mortal_server.create_database("private_test") == url
    Database(parse_database_url(url)).connect().close()


def test_a_starting_server_leaves_others_temporary_tables_alone(mortal_server, tmp_path):
    mortal_server.create_database("private_test")
    with mortal_server.admin() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE private_test.passing (cost INT) ENGINE = MyISAM")

        with PrivateServer(tmp_path / "other"):
            cursor.execute("DROP TEMPORARY TABLE private_test.passing")  # an error where its files are gone


@pytest.mark.parametrize(
    "statement", ["CREATE DATABASE other", "CREATE TABLE privateXtest.t (a INT)", "DROP TABLE kept"]
)
def test_the_service_may_do_no_more_than_it_needs(service, statement):
    with pytest.raises(pymysql.OperationalError, match="denied"):
        service.execute(statement)


def test_root_cannot_connect_over_tcp(mortal_server):
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        pymysql.connect(host="127.0.0.1", port=mortal_server.port, user="root")


def test_the_password_is_for_the_owner_alone(mortal_server):
    mortal_server.create_database("private_test")

    assert (mortal_server.folder / "ingress.password").stat().st_mode & 0o777 == 0o600


def test_a_second_server_in_the_same_folder_is_refused(mortal_server):
    with pytest.raises(ServerError, match="Another process already runs a server in"):
        PrivateServer(mortal_server.folder).start()


def test_an_interrupted_first_start_does_not_break_the_next(tmp_path):
    server = PrivateServer(tmp_path)
    unfinished = server.data.with_name(server.data.name + ".unfinished")
    unfinished.mkdir()
    (unfinished / "ibdata1").write_text("half a file")

    with server:
        assert server.admin().open


def test_a_folder_may_have_a_path_too_long_for_a_socket(tmp_path):
    with PrivateServer(tmp_path / ("long" * 30)) as server:
        assert server.admin().open


def test_a_server_that_does_not_start_says_why(mortal_server):
    mortal_server.stop()

    with pytest.raises(ServerError, match="unknown option '--nonsense'"):
        PrivateServer(mortal_server.folder, "--nonsense").start()

    mortal_server.start()


def test_the_server_ends_when_its_owner_is_killed(tmp_path):
    owner = subprocess.Popen([sys.executable, "-c", OWNER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with owner:
        assert owner.stdout.read(2) == b"up"
        owner.kill()

    assert becomes_free(tmp_path)


def becomes_free(folder, seconds=10):
    """True as soon as no server holds the folder any more."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with PrivateServer(folder):
                return True
        except ServerError:
            time.sleep(0.1)
    return False
