"""`make run`: the service from nothing, with a private database, demo data and a demo key, until Ctrl-C."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import pymysql
from dotenv import load_dotenv

from ingress.config import read_settings
from ingress.errors import TLDialerConnectionError
from ingress.sql import TLDIALER
from tools import BIN, ROOT, STATE
from tools.demo import demo_files, prepare_demo, welcome
from tools.private_server import ENDS_WITH_US, PrivateServer
from tools.programs import ServerError

DEMO_FOLDER = STATE / "run"
READY_WITHIN = 30  # seconds; a start takes one or two; a busy machine may take ten times as long


def main(folder: Path = DEMO_FOLDER) -> int:
    """Serve until a signal comes; return gunicorn's exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    load_dotenv(ROOT / ".env", interpolate=False)
    given = os.environ.get("TLDIALER_DATABASE_URL")
    if given:
        refuse_foreign(read_settings()["DATABASE_URL"].database)
    os.environ["DIALER"] = TLDIALER  # whose tables the demo's data is for
    os.environ.setdefault("CONSOLE_SECRET", secrets.token_hex())  # every start makes new keys to sign in with anyway
    base_url = require_free(os.environ.get("BIND", "127.0.0.1:8000"))
    with nullcontext() if given else private_database(folder):
        keys = prepare_demo()
        with demo_files(folder, base_url, keys.sender) as settings:
            return serve_demo(base_url, welcome(base_url, keys, settings))


def refuse_foreign(database: str) -> None:
    """Exit unless the database's name says that it is a demo: calls, leads and a key are written into it."""
    if not database.endswith("_demo"):
        sys.exit(
            f"make run refuses the database {database!r} of TLDIALER_DATABASE_URL: it puts demo data only where the "
            "name ends in _demo. To serve a real database: .venv/bin/gunicorn wsgi:app"
        )


def require_free(bind: str) -> str:
    """Return the URL that a client on this machine uses for BIND; exit when it cannot be listened on."""
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
def private_database(folder: Path) -> Iterator[None]:
    """Run the private server, and name it in the environment for the children: the commands and gunicorn."""
    with PrivateServer(folder) as server:
        os.environ["TLDIALER_DATABASE_URL"] = server.create_database("ingress_demo")
        yield


def serve_demo(base_url: str, text: str) -> int:
    """Run gunicorn, which receives our signals from now on; print the text once it is ready."""
    gunicorn = subprocess.Popen([*ENDS_WITH_US, BIN / "gunicorn", "wsgi:app"], cwd=ROOT, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: gunicorn.send_signal(number))
    if becomes_ready(gunicorn, base_url):
        print(text, flush=True)
    elif gunicorn.poll() is None:
        gunicorn.terminate()
        gunicorn.wait()
        sys.exit(f"The service did not become ready within {READY_WITHIN} s")
    return gunicorn.wait()


def becomes_ready(gunicorn: subprocess.Popen[bytes], base_url: str) -> bool:
    """Return True as soon as /readyz answers 200, False when gunicorn ended or took too long."""
    deadline = time.monotonic() + READY_WITHIN
    while gunicorn.poll() is None and time.monotonic() < deadline:
        if answers_ready(base_url):
            return True
        time.sleep(0.05)
    return False


def answers_ready(base_url: str) -> bool:
    connection = HTTPConnection(urlsplit(base_url).netloc, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def read_folder() -> Path:
    parser = ArgumentParser(prog="python -m tools.run", description=__doc__)
    parser.add_argument(
        "folder", nargs="?", type=Path, default=DEMO_FOLDER, help="of the database; default: %(default)s"
    )
    folder: Path = parser.parse_args().folder
    return folder


if __name__ == "__main__":
    try:
        sys.exit(main(read_folder()))
    except (ServerError, TLDialerConnectionError, pymysql.Error) as error:
        sys.exit(str(error))
