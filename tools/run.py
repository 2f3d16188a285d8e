"""`make run`: the service from nothing, with a private database, demo data and a demo key, until Ctrl-C."""

import json
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import load_dotenv
from pymysql.constants import CLIENT

from ingress.clock import wall_clock
from ingress.config import read_settings
from ingress.database import queries
from ingress.database.pool import Database
from tools.mariadb import ENDS_WITH_US, MariaDBError, PrivateMariaDB

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / ".mariadb" / "run"
BIN = Path(sys.executable).parent
READY_SECONDS = 30  # a start takes one or two; a busy machine may take ten times as long

FRIENDLY = """
The service is up at {base_url}. Bill the demo's call, from another terminal:

  {curl}

The console: {base_url}/console, with API id {admin[api_id]} and key {admin[api_key]}

`make smoke-test` checks every documented answer. Ctrl-C stops the service and its database.
"""


def main(folder=FOLDER):
    """Serve until a signal comes; return gunicorn's exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    load_dotenv(ROOT / ".env")
    given = os.environ.get("TLDIALER_DATABASE_URL")
    if given:
        refuse_foreign(read_settings()["DATABASE_URL"].database)
    os.environ.setdefault("CONSOLE_SECRET", secrets.token_hex())  # every start makes new keys to sign in with anyway
    base_url = require_free(os.environ.get("BIND", "127.0.0.1:8000"))
    with nullcontext() if given else private_database(folder):
        flask("schema", "apply")
        key, admin = prepare_demo(read_settings())
        with state_file(folder, {"base_url": base_url, **key}):
            return serve(base_url, key, admin)


def refuse_foreign(database):
    """The demo writes calls, leads and a key: into a database that is called a demo, or none."""
    if not database.endswith("_demo"):
        sys.exit(
            f"make run refuses the database {database!r} of TLDIALER_DATABASE_URL: it puts demo data only where the "
            "name ends in _demo. To serve a real database: .venv/bin/gunicorn wsgi:app"
        )


def require_free(bind):
    """Return the URL that a client on this machine uses for BIND; exit when nobody can listen there."""
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn does
            probe.bind((host, int(port)))
    except (ValueError, OverflowError):
        sys.exit(f"make run needs BIND as address:port, not {bind}")
    except OSError as error:
        sys.exit(f"make run cannot serve on {bind}: {error}. Choose another: make run BIND=127.0.0.1:8001")
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


@contextmanager
def private_database(folder):
    """The service's commands and gunicorn, all children of ours, find the private server in the environment."""
    with PrivateMariaDB(folder) as server:
        os.environ["TLDIALER_DATABASE_URL"] = server.create_database("ingress_demo")
        yield


def prepare_demo(settings):
    """Fill the database with demo data; return the demo's keys, one to send with and one for the console."""
    database = Database(settings["DATABASE_URL"])
    now = wall_clock(datetime.now(UTC), settings["TLDIALER_TIMEZONE"])
    with database.connect(client_flag=CLIENT.MULTI_STATEMENTS) as connection:
        cursor = connection.cursor()
        cursor.execute((ROOT / "tools" / "demo.sql").read_text(), {"now": now})
        while cursor.nextset():  # raises what a statement failed with
            pass
    with database.connect() as connection:
        ids = {key.name: str(key.api_id) for key in queries.list_api_keys(connection) if key.enabled}
    return (
        make_key(ids, "demo", "--endpoint", "/api/ingress/calls/inbound/billable*"),
        make_key(ids, "demo admin", "--admin"),
    )


def make_key(ids, name, *options):
    """Return `api_id` and `api_key` of the key of that name, its secret new at every start."""
    command = ("rotate", ids[name]) if name in ids else ("create", "--name", name, *options)
    return json.loads(flask("keys", *command))


def flask(*command):
    """Return what the service's own command prints."""
    done = subprocess.run([BIN / "flask", "--app", "wsgi", *command], cwd=ROOT, text=True, stdout=subprocess.PIPE)
    if done.returncode:
        sys.exit(f"flask {shlex.join(command)} failed")
    return done.stdout


@contextmanager
def state_file(folder, state):
    """While the demo serves, `demo.json` tells the smoke test where and with which key."""
    file = folder / "demo.json"
    folder.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps(state))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def serve(base_url, key, admin):
    """Run gunicorn, which gets our signals in place of us; say so once it is ready."""
    gunicorn = subprocess.Popen([*ENDS_WITH_US, BIN / "gunicorn", "wsgi:app"], cwd=ROOT, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: gunicorn.send_signal(number))
    if becomes_ready(gunicorn, base_url):
        print(FRIENDLY.format(base_url=base_url, curl=curl(base_url, **key), admin=admin), flush=True)
    elif gunicorn.poll() is None:
        gunicorn.terminate()
        gunicorn.wait()
        sys.exit(f"The service did not become ready within {READY_SECONDS} s")
    return gunicorn.wait()


def becomes_ready(gunicorn, base_url):
    """True as soon as /readyz answers 200, False when gunicorn ended or took too long."""
    deadline = time.monotonic() + READY_SECONDS
    while gunicorn.poll() is None and time.monotonic() < deadline:
        if is_ready(base_url):
            return True
        time.sleep(0.05)
    return False


def is_ready(base_url):
    connection = HTTPConnection(urlsplit(base_url).netloc, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def curl(base_url, api_id, api_key):
    return (
        f"curl -i '{base_url}/api/ingress/calls/inbound/billable/8005550142/7205550134'"
        f" -H 'tld-api-id: {api_id}' -H 'tld-api-key: {api_key}' -H 'Content-Type: application/json'"
        """ -d '{"cost": "12.50", "notes": "RGB7F31"}'"""
    )


if __name__ == "__main__":
    try:
        sys.exit(main(*map(Path, sys.argv[1:])))
    except MariaDBError as error:
        sys.exit(str(error))
