"""One node of a cluster: the private server of a folder, with Galera, in a network of its own."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import pymysql

from tools.empty_data import last_lines
from tools.private_server import PrivateServer

from .network import address
from .programs import ClusterError, find_galera

PORT = 3306
JOIN_SECONDS = 90  # a copy of all data takes seconds
# The others go on without a node that gives no sign of life after about two seconds, instead of seven (docs/galera.md)
FAST_EVICTION = (
    "evs.keepalive_period=PT0.5S;evs.inactive_check_period=PT0.25S;evs.suspect_timeout=PT1.5S;evs.inactive_timeout=PT3S"
)
RECOVERED = re.compile(r"Recovered position: (\S+)")
STATUS = (
    "SELECT variable_name, variable_value FROM information_schema.global_status WHERE variable_name LIKE 'wsrep\\_%'"
)


class Node(PrivateServer):
    """Node `number` of a cluster of the `numbers`; `extra` are more options of the server."""

    def __init__(self, folder: Path, number: int, numbers: Iterable[int], *extra: str, eviction: str = FAST_EVICTION):
        super().__init__(folder / f"n{number}")
        self.number = number
        self.port = PORT
        self.launcher = ("nsenter", f"--net=/run/netns/n{number}", "setpriv", "--pdeathsig", "KILL")
        provider = f"base_host={address(number)};gcache.size=64M;pc.recovery=true;{eviction}"
        self.options = (
            "--bind-address=0.0.0.0",
            "--innodb-flush-log-at-trx-commit=1",
            "--innodb-autoinc-lock-mode=2",
            "--innodb-buffer-pool-size=128M",
            "--binlog-format=ROW",
            "--wsrep-on=ON",
            f"--wsrep-provider-options={provider}",
            "--wsrep-cluster-name=ingress",
            f"--wsrep-cluster-address=gcomm://{','.join(map(address, numbers))}",
            f"--wsrep-node-name=n{number}",
            f"--wsrep-node-address={address(number)}",
            "--wsrep-sst-method=rsync",
            *extra,
        )

    def url(self, database: str) -> str:
        return super().url(database).replace("@127.0.0.1:", f"@{address(self.number)}:")

    def command(self) -> list[str]:
        return [*super().command(), f"--wsrep-provider={find_galera()}"]

    def bootstrap(self) -> None:
        """Start as the first node of a cluster."""
        state = self.data / "grastate.dat"
        if state.exists():
            state.write_text(state.read_text().replace("safe_to_bootstrap: 0", "safe_to_bootstrap: 1"))
        self.launch("--wsrep-new-cluster", *self.find_start())
        self.wait_until_synced()

    def start(self) -> None:
        """Join the rest of the cluster, and return once in step with it."""
        self.begin_to_join()
        self.wait_until_synced()

    def begin_to_join(self) -> None:
        """Start, and return at once."""
        self.launch(*self.find_start())

    def find_start(self) -> list[str]:
        """Return the option that tells where a node stopped that had crashed, as the service unit finds it."""
        if not (self.data / "grastate.dat").exists():
            return []
        asked = subprocess.run([*self.launcher, *self.command(), "--wsrep-recover"], capture_output=True, text=True)
        return [f"--wsrep-start-position={position}" for position in RECOVERED.findall(asked.stderr)[-1:]]

    def wait_until_synced(self) -> None:
        deadline = time.monotonic() + JOIN_SECONDS
        while time.monotonic() < deadline and self.is_running():
            if self.is_synced():
                return
            time.sleep(0.05)
        raise ClusterError(f"node {self.number} did not come into step:\n{last_lines(self.log.read_text(), 30)}")

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def is_synced(self) -> bool:
        status = self.read_status()
        return (status.get("WSREP_LOCAL_STATE"), status.get("WSREP_READY")) == ("4", "ON")

    def has_given_up(self) -> bool:
        """Return True when it lives but has left the cluster for good, as after a freeze that it could not settle."""
        return self.read_status().get("WSREP_CLUSTER_STATUS") == "Disconnected"

    def read_status(self) -> dict[str, str]:
        """Return what the node says of itself; nothing when it does not answer."""
        with suppress(pymysql.Error), self.admin() as connection, connection.cursor() as cursor:
            cursor.execute(STATUS)
            return dict(cursor.fetchall())
        return {}

    def freeze(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        """End it, and with a kill also what it has started to copy data."""
        if number == signal.SIGKILL and self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        super()._end(number)
