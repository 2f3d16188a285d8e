"""The programs of a cluster, unpacked from the machine's own distribution into a folder: nothing is installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from tools import STATE

FOLDER = STATE / "galera"
# What a node needs beside the server itself: Galera, the scripts that copy its data to another node, and what these use
PACKAGES = ("galera-4", "rsync", "lsof", "iproute2", "haproxy")
SCRIPTS = "mariadb-server"  # has wsrep_sst_rsync; its dependencies would bring a server that starts by itself


class ClusterError(RuntimeError):
    """The cluster cannot do what was asked; the message says why in words for the person at the terminal."""


def bring_programs() -> None:
    """Unpack the packages once, with those that they need and this machine lacks."""
    if FOLDER.exists():
        return
    print(f"Bringing Galera and haproxy into {FOLDER} ...", file=sys.stderr)
    unfinished = FOLDER.with_name("galera.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "packages").mkdir(parents=True)
    run("apt-get", "download", "--quiet", SCRIPTS, *list_missing(), cwd=unfinished / "packages")
    for package in (unfinished / "packages").glob("*.deb"):
        run("dpkg-deb", "--extract", str(package), str(unfinished))
    let_rsync_stay_root(unfinished / "usr/bin/rsync")
    unfinished.rename(FOLDER)


def let_rsync_stay_root(rsync: Path) -> None:
    """Wrap rsync: the one that Galera's script starts as root would go on as a user who cannot enter the checkout."""
    real = rsync.with_name("rsync.real")
    rsync.rename(real)
    rsync.write_text(
        '#!/bin/sh\n[ "$1" = --daemon ] && set -- "$@" --dparam=uid=0 --dparam=gid=0\nexec "$0.real" "$@"\n'
    )
    rsync.chmod(0o755)


def list_missing() -> list[str]:
    """Return those of the packages, and of what they depend on, that are not installed."""
    simulated = run("apt-get", "install", "--simulate", "--no-install-recommends", *PACKAGES)
    return [line.split()[1] for line in simulated.splitlines() if line.startswith("Inst ")]


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True)
    if done.returncode:
        raise ClusterError(f"{' '.join(command)}:\n{done.stderr or done.stdout}")
    return done.stdout


def find_galera() -> Path:
    """Return Galera's library."""
    for above in (FOLDER, Path("/")):
        if (library := above / "usr/lib/galera/libgalera_smm.so").exists():
            return library
    raise ClusterError(f"libgalera_smm.so is neither in {FOLDER} nor installed")


def enter_namespaces(module: str, *arguments: str) -> NoReturn:
    """Become that module, with a network and mounts of its own, in which this user is root; all end with it."""
    if os.environ.get("SERVER"):
        raise ClusterError("The cluster runs this machine's MariaDB: leave SERVER out")
    bring_programs()
    libraries = ":".join(
        str(folder) for pattern in ("lib/*-linux-gnu", "usr/lib/*-linux-gnu") for folder in FOLDER.glob(pattern)
    )
    programs = ":".join(str(FOLDER / folder) for folder in ("usr/bin", "usr/sbin", "bin", "sbin"))
    environment = os.environ | {
        "PATH": f"{programs}:{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin",
        "LD_LIBRARY_PATH": libraries,
    }
    as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
    command = ["unshare", *as_root, "--net", "--mount", sys.executable, "-m", module, *arguments]
    os.execvpe("unshare", command, environment)  # noqa: S606 - it takes our place
