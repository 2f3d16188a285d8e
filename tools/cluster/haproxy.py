"""A haproxy with the configuration and the check of `deploy/`, in front of the nodes."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import ROOT
from tools.private_server import free_port

from .cluster import Cluster
from .network import address

PASSWORD = "haproxy"  # noqa: S105 - of a user without any right, in a network without a way out


@contextmanager
def haproxy(folder: Path, cluster: Cluster) -> Iterator[int]:
    """Run a haproxy and yield its port; `folder` takes the place of /etc/haproxy."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    create_user(cluster)
    write_files(folder, cluster, port)
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "haproxy", "-db", "-f", str(folder / "haproxy.cfg")],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield port
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def create_user(cluster: Cluster) -> None:
    with cluster.nodes[0].admin() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE OR REPLACE USER haproxy IDENTIFIED BY %s", [PASSWORD])


def write_files(folder: Path, cluster: Cluster, port: int) -> None:
    """Write what an operator copies and adapts: addresses, port, the path of the programs and of the folder."""
    (folder / "galera-check.cnf").write_text(f"[client]\nuser = haproxy\npassword = {PASSWORD}\n")
    replaced = {"  user haproxy\n": "", "  group haproxy\n": "", "/dev/log local0": "stdout format raw local0"}
    replaced |= {
        "/etc/haproxy": str(folder),
        "127.0.0.1:3307": f"127.0.0.1:{port}",
        "/usr/bin:/bin": os.environ["PATH"],
    }
    replaced |= {f"db{node.number}:3306": f"{address(node.number)}:{node.port}" for node in cluster.nodes}
    for name in ("haproxy.cfg", "galera-check"):
        text = (ROOT / "deploy" / name).read_text()
        for old, new in replaced.items():
            text = text.replace(old, new)
        (folder / name).write_text(text)
    (folder / "galera-check").chmod(0o755)
