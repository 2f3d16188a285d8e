"""How the programs of MariaDB are called, without any configuration of this machine."""

import os
import pwd
import shutil
from collections.abc import Sequence
from pathlib import Path

UNIX_USER = pwd.getpwuid(os.geteuid()).pw_name
SBIN = os.environ.get("PATH", os.defpath) + ":/usr/sbin"  # an ordinary user's PATH on Debian lacks it


class MariaDBError(RuntimeError):
    """The private server cannot do what was asked; the message says why in words for the person at the terminal."""


def program(name: str) -> str:
    """Return the path of a program; raise MariaDBError if it is not installed."""
    path = shutil.which(name, path=SBIN)
    if not path:
        raise MariaDBError(f"{name} is not installed: run tools/install")
    return path


def install_command(data: Path, temporary: Path) -> list[str]:
    """Return the command that makes a data directory in which the user of this process is the administrator."""
    return [
        program("mariadb-install-db"),
        *common_options(data, temporary),
        "--skip-test-db",
        "--force",  # a bare container knows no localhost, and nobody connects by a name
        "--auth-root-authentication-method=socket",
        f"--auth-root-socket-user={UNIX_USER}",
    ]


def server_command(folder: Path, temporary: Path, socket: Path, port: int, options: Sequence[str]) -> list[str]:
    """Return the command that serves the data in a folder on a loopback port; `options` overrule the ones here."""
    return [
        program("mariadbd"),
        *common_options(folder / "data", temporary),
        f"--socket={socket}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--pid-file={folder / 'mariadb.pid'}",
        "--innodb-buffer-pool-size=256M",
        "--character-set-server=utf8mb4",
        "--skip-log-bin",
        "--skip-name-resolve",
        *options,
    ]


def common_options(data: Path, temporary: Path) -> list[str]:
    """Return the options of both programs.

    They read no configuration file, may run as root, and do without the kernel's asynchronous input and output: a
    machine with many servers can run out of it.
    """
    as_root = ["--user=root"] if UNIX_USER == "root" else []
    folders = [f"--datadir={data}", f"--tmpdir={temporary}"]
    return ["--no-defaults", *folders, "--innodb-use-native-aio=0", *as_root]
