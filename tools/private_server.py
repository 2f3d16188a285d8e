"""The private database server of this checkout: its data in one folder, itself a child process that ends with us."""

import fcntl
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import weakref
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pymysql

from tools.empty_data import last_lines, make_empty_data
from tools.programs import Programs, ServerError

if TYPE_CHECKING:  # PyMySQL's connections are generic for the type checker only
    from pymysql.cursors import Cursor

    AdminConnection = pymysql.connections.Connection[Cursor]

SOCKET_PATH_LIMIT = 107  # bytes that the kernel takes as the address of a unix socket
START_SECONDS = 60  # a start takes 0.2 s; recovering from a kill amid heavy writing takes longer
PORTS = range(20_000, 32_000)  # below those that Linux gives to outgoing connections
GRANTS = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, REFERENCES"  # never DROP: the service drops nothing

# A server must not outlive the process that started it, not even one that was killed; setpriv becomes the server, same
# pid. The kernel watches the thread that started it, so start servers from one that lives as long as they must.
ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM")


class PrivateServer:
    """A server on a free loopback port; `with PrivateServer(folder) as server:` starts and stops it.

    SERVER chooses which (`tools/programs.py`); each has data of its own in the folder. `options` are added to its own.
    Port and socket stay the same over restarts, so URLs stay good. The administrator connects over the socket only
    (`admin`), the service over TCP (`create_database` returns its URL).
    """

    launcher: Sequence[str] = ENDS_WITH_US

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder.absolute()
        self.options = options
        self.programs = Programs.chosen()
        self.data = self.folder / f"data-{self.programs.name}"
        self.port = free_port()
        self.socket = self.folder / "server.sock"
        if len(os.fsencode(self.socket)) > SOCKET_PATH_LIMIT:
            near = tempfile.mkdtemp(prefix="server-")
            weakref.finalize(self, shutil.rmtree, near)
            self.socket = Path(near, "server.sock")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id of a server that was started."""
        if self._process is None:
            raise ServerError(f"The server in {self.folder} was never started")
        return self._process.pid

    @property
    def log(self) -> Path:
        return self.folder / "error.log"

    @property
    def temporary(self) -> Path:
        """A folder of its own: a starting server empties it, and in /tmp that would remove other servers' tables."""
        return self.folder / "tmp"

    def start(self) -> None:
        """Return once the server takes connections; make its data if there is none. Raises ServerError."""
        self.launch()
        try:
            self._wait_until_up()
        except BaseException:
            self.kill()
            raise

    def launch(self, *options: str) -> None:
        """Start the server, with these options too, and return at once."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock() as lock, self.log.open("a") as log:
            self.temporary.mkdir(exist_ok=True)
            self._make_data()
            self._process = subprocess.Popen(
                [*self.launcher, *self.command(), *options],
                stdout=log,
                stderr=log,
                pass_fds=[lock.fileno()],  # the lock is held for as long as the server lives
                start_new_session=True,  # Ctrl-C is for us: we end the server when it is no longer needed
            )

    def command(self) -> list[str]:
        return self.programs.serve_command(self.data, self.temporary, self.socket, self.port, self.options)

    def stop(self) -> None:
        """Shut the server down in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server as a power cut would."""
        self._end(signal.SIGKILL)

    def admin(self, client_flag: int = 0) -> "AdminConnection":
        """Return a connection (autocommit) that may do anything."""
        return pymysql.connect(
            unix_socket=str(self.socket), user=self.programs.administrator, autocommit=True, client_flag=client_flag
        )

    def create_database(self, name: str) -> str:
        """Make the database and the service's user if they are missing; return the URL for the service."""
        pattern = name.replace("_", r"\_")  # a bare _ in a GRANT stands for any character
        with self.admin() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4")
            cursor.execute("CREATE USER IF NOT EXISTS ingress IDENTIFIED BY %s", [self._password()])
            cursor.execute(f"GRANT {GRANTS} ON `{pattern}`.* TO ingress")
        return self.url(name)

    def url(self, database: str) -> str:
        return f"mysql://ingress:{self._password()}@127.0.0.1:{self.port}/{database}"

    def _lock(self) -> TextIOWrapper:
        lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise ServerError(f"Another process already runs a server in {self.folder}") from None
        return lock

    def _make_data(self) -> None:
        """Copy an empty data directory, under another name first: an interrupted start leaves nothing half-made."""
        if self.data.exists():
            return
        empty = make_empty_data(self.programs)
        unfinished = self.data.with_name(f"{self.data.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(empty, unfinished)
        unfinished.rename(self.data)

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._process and self._process.poll() is None and time.monotonic() < deadline:
            with suppress(pymysql.err.OperationalError):
                self.admin().close()
                return
            time.sleep(0.02)
        raise ServerError(f"The server did not come up in {self.folder}:\n{last_lines(self.log.read_text())}")

    def _end(self, number: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(number)
            self._process.wait()

    def _password(self) -> str:
        file = self.folder / "ingress.password"
        file.touch(mode=0o600)
        if not file.read_text():
            file.write_text(secrets.token_urlsafe())
        return file.read_text()


def free_port() -> int:
    """Return a loopback port that no process listens on, and that the kernel gives to no outgoing connection."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
