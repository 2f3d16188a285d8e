"""How the programs of a database server are called, without any configuration of this machine.

They are the machine's MariaDB, or with SERVER=mysql, SERVER=mariadb-11 or SERVER=/a/folder those of another server.
"""

import os
import pwd
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tools import STATE

UNIX_USER = pwd.getpwuid(os.geteuid()).pw_name
SBIN = os.environ.get("PATH", os.defpath) + ":/usr/sbin"  # an ordinary user's PATH on Debian lacks it
ROOMS = [f"{above}{room}" for above in ("", "usr/") for room in ("sbin", "bin", "libexec", "scripts")]


class ServerError(RuntimeError):
    """The private server cannot do what was asked; the message says why in words for the person at the terminal."""


def program(name: str) -> str:
    """Return the path of a program of this machine; raise ServerError if it is not installed."""
    path = shutil.which(name, path=SBIN)
    if not path:
        raise ServerError(f"{name} is not installed: run tools/install")
    return path


@dataclass(frozen=True)
class Programs:
    """The programs of one server: those in `folder`, or the machine's own MariaDB."""

    name: str
    folder: Path | None = None

    @classmethod
    def chosen(cls) -> Self:
        """Return the ones that SERVER chooses: a name that tools/bring knows, or a folder."""
        server = os.environ.get("SERVER", "")
        if not server:
            return cls("mariadb")
        if "/" in server:
            return cls(str(Path(server).absolute()).strip("/").replace("/", "-"), Path(server).absolute())
        return cls(server, STATE / "programs" / server)

    @property
    def is_mysql(self) -> bool:
        return self.folder is not None and not self.find_in_folder("mariadbd")

    @property
    def administrator(self) -> str:
        """The user who may do anything, over the socket only."""
        return "root" if self.is_mysql else UNIX_USER

    def make_data_command(self, data: Path, temporary: Path) -> list[str]:
        """Return the command that makes a data directory with the administrator and no one else."""
        if self.is_mysql:
            return [self.find("mysqld"), *self.common_options(data, temporary), "--initialize-insecure"]
        return [
            self.find("mariadb-install-db"),
            *self.common_options(data, temporary),
            "--skip-test-db",
            "--force",  # a bare container knows no localhost, and nobody connects by a name
            "--auth-root-authentication-method=socket",
            f"--auth-root-socket-user={UNIX_USER}",
        ]

    def serve_command(self, data: Path, temporary: Path, socket: Path, port: int, options: Sequence[str]) -> list[str]:
        """Return the command that serves the data on a loopback port; `options` overrule the ones here."""
        return [
            self.find("mysqld" if self.is_mysql else "mariadbd"),
            *self.common_options(data, temporary),
            f"--socket={socket}",
            f"--port={port}",
            "--bind-address=127.0.0.1",
            f"--pid-file={socket.with_suffix('.pid')}",
            "--innodb-buffer-pool-size=256M",
            "--character-set-server=utf8mb4",
            "--skip-log-bin",
            "--skip-name-resolve",
            *(["--mysqlx=OFF"] if self.is_mysql else []),
            *options,
        ]

    def common_options(self, data: Path, temporary: Path) -> list[str]:
        """Return the options of all programs.

        They read no configuration file, may run as root, and do without the kernel's asynchronous input and output: a
        machine with many servers can run out of it.
        """
        as_root = ["--user=root"] if UNIX_USER == "root" else []
        folders = [f"--datadir={data}", f"--tmpdir={temporary}", *self.places()]
        return ["--no-defaults", *folders, "--innodb-use-native-aio=0", *as_root]

    def places(self) -> Iterator[str]:
        """Yield where the programs find what belongs to them, unless they are where their makers wanted them."""
        if self.folder is None:
            return
        base = Path(self.find("mysqld" if self.is_mysql else "mariadbd")).parent.parent
        yield f"--basedir={base}"
        for place in ("share/english/errmsg.sys", "share/*/english/errmsg.sys"):
            yield from (f"--lc-messages-dir={file.parent.parent}" for file in base.glob(place))
        if self.is_mysql:
            yield "--secure-file-priv=NULL"

    def find(self, name: str) -> str:
        if self.folder is None:
            return program(name)
        if path := self.find_in_folder(name):
            return path
        raise ServerError(f"{name} is not in {self.folder}: name a folder of a server, or run tools/bring {self.name}")

    def find_in_folder(self, name: str) -> str | None:
        return shutil.which(name, path=":".join(f"{self.folder}/{room}" for room in ROOMS))
