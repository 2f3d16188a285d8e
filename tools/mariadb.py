"""The private MariaDB server of this checkout: its data in one folder, itself a child process that ends with us."""

import fcntl
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import weakref
from contextlib import suppress
from pathlib import Path

import pymysql

UNIX_USER = pwd.getpwuid(os.geteuid()).pw_name
SBIN = os.environ.get("PATH", os.defpath) + ":/usr/sbin"  # an ordinary user's PATH on Debian lacks it
SOCKET_PATH_LIMIT = 107  # bytes that the kernel takes as the address of a unix socket
START_SECONDS = 60  # a start takes 0.2 s; recovering from a kill amid heavy writing takes longer
PORTS = range(20_000, 32_000)  # below those that Linux gives to outgoing connections
GRANTS = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, REFERENCES"  # never DROP: the service drops nothing

# A server must not outlive whoever started it, not even one that was killed; setpriv becomes mariadbd, same pid.
# The kernel watches the thread that started it, so start servers from one that lives as long as they shall.
ENDS_WITH_US = ("setpriv", "--pdeathsig", "TERM")


class MariaDBError(RuntimeError):
    """The private server cannot do what was asked; the message says why in words for the person at the terminal."""


class PrivateMariaDB:
    """A MariaDB server on a free loopback port; `with PrivateMariaDB(folder) as server:` starts and stops it.

    `options` are added to mariadbd's own. Port and socket stay the same over restarts, so URLs stay good. root
    comes in over the socket only (`admin`), the service over TCP (`create_database` returns its URL).
    """

    def __init__(self, folder, *options):
        self.folder = Path(folder).absolute()
        self.options = options
        self.port = free_port()
        self.socket = self.folder / "mariadb.sock"
        if len(os.fsencode(self.socket)) > SOCKET_PATH_LIMIT:
            near = tempfile.mkdtemp(prefix="mariadb-")
            weakref.finalize(self, shutil.rmtree, near)
            self.socket = Path(near, "mariadb.sock")
        self._process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exception):
        self.stop()

    @property
    def pid(self):
        return self._process.pid

    @property
    def log(self):
        return self.folder / "error.log"

    @property
    def temporary(self):
        """A server that starts removes what it finds there, and in /tmp that would be other servers' tables."""
        return self.folder / "tmp"

    def start(self):
        """Return once the server takes connections, made from nothing if need be; raise MariaDBError if it will not."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._lock() as lock, self.log.open("a") as log:
            self.temporary.mkdir(exist_ok=True)
            self._make_data(lock)
            self._process = subprocess.Popen(
                [*ENDS_WITH_US, *self._mariadbd()],
                stdout=log,
                stderr=log,
                pass_fds=[lock.fileno()],  # the lock is held for as long as the server lives
                start_new_session=True,  # Ctrl-C is for us: we end the server when nobody needs it any more
            )
        try:
            self._wait_until_up()
        except BaseException:
            self.kill()
            raise

    def stop(self):
        """Shut the server down in good order."""
        self._end(signal.SIGTERM)

    def kill(self):
        """End the server as a power cut would."""
        self._end(signal.SIGKILL)

    def admin(self):
        """A PyMySQL connection (autocommit) that may do anything."""
        return pymysql.connect(unix_socket=str(self.socket), user=UNIX_USER, autocommit=True)

    def create_database(self, name):
        """Make the database and the service's user where they are missing; return the URL for the service."""
        pattern = name.replace("_", r"\_")  # a bare _ in a GRANT stands for any character
        with self.admin() as connection, connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4")
            cursor.execute(f"GRANT {GRANTS} ON `{pattern}`.* TO ingress IDENTIFIED BY %s", [self._password()])
        return self.url(name)

    def url(self, database):
        return f"mysql://ingress:{self._password()}@127.0.0.1:{self.port}/{database}"

    def _lock(self):
        lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise MariaDBError(f"Another process already runs the MariaDB server in {self.folder}") from None
        return lock

    def _make_data(self, lock):
        """Make the data directory under another name first, so that an interrupted start leaves nothing half-made."""
        if (self.folder / "data").exists():
            return
        unfinished = self.folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        command = [
            program("mariadb-install-db"),
            *self._basics(unfinished),
            "--skip-test-db",
            "--auth-root-authentication-method=socket",
            f"--auth-root-socket-user={UNIX_USER}",
        ]
        output = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        made = subprocess.run(command, pass_fds=[lock.fileno()], **output)
        if made.returncode:
            raise MariaDBError(f"mariadb-install-db failed:\n{last_lines(made.stdout)}")
        unfinished.rename(self.folder / "data")

    def _mariadbd(self):
        return [
            program("mariadbd"),
            *self._basics(self.folder / "data"),
            f"--socket={self.socket}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--pid-file={self.folder / 'mariadb.pid'}",
            "--innodb-buffer-pool-size=256M",
            "--character-set-server=utf8mb4",
            "--skip-log-bin",
            "--skip-name-resolve",
            *self.options,
        ]

    def _basics(self, data):
        """What both programs are told: no configuration of this machine, that being root is meant, and to do without
        the kernel's asynchronous input and output, of which a machine with many servers has no more to give."""
        as_root = ["--user=root"] if UNIX_USER == "root" else []
        places = [f"--datadir={data}", f"--tmpdir={self.temporary}"]
        return ["--no-defaults", *places, "--innodb-use-native-aio=0", *as_root]

    def _wait_until_up(self):
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            with suppress(pymysql.err.OperationalError):
                return self.admin().close()
            time.sleep(0.02)
        raise MariaDBError(f"mariadbd did not come up in {self.folder}:\n{last_lines(self.log.read_text())}")

    def _end(self, number):
        if self._process:
            self._process.send_signal(number)
            self._process.wait()

    def _password(self):
        file = self.folder / "ingress.password"
        file.touch(mode=0o600)
        if not file.read_text():
            file.write_text(secrets.token_urlsafe())
        return file.read_text()


def free_port():
    """A TCP port that nobody listens on, and that the kernel gives to no connection before somebody does."""
    while True:
        port = secrets.choice(PORTS)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def program(name):
    path = shutil.which(name, path=SBIN)
    if not path:
        raise MariaDBError(f"{name} is not installed: run tools/install")
    return path


def last_lines(text, count=10):
    return "\n".join(text.splitlines()[-count:])
