"""Three nodes: how they come up first, and again after all have died."""

from pathlib import Path
from typing import Self

from .network import Network, address
from .node import PORT, Node

NUMBERS = (1, 2, 3)


class Cluster:
    """`with Cluster(folder) as cluster:` brings up three nodes and stops them; each is started by the main thread."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.network = Network(NUMBERS)
        self.nodes = [Node(folder, number, NUMBERS, *options) for number in NUMBERS]

    def __enter__(self) -> Self:
        self.network.make()
        first, *others = self.nodes
        first.bootstrap()
        for node in others:
            node.start()
        return self

    def __exit__(self, *exception: object) -> None:
        for node in reversed(self.nodes):
            node.kill()

    def url(self, database: str, front: str | None = None) -> str:
        """Return the URL that names all nodes, or what is in front of them."""
        hosts = front or ",".join(f"{address(number)}:{PORT}" for number in NUMBERS)
        return self.nodes[0].url(database).replace(f"{address(1)}:{PORT}", hosts)

    def recover(self) -> None:
        """Start all nodes after all have died: together they find their last common state."""
        for node in self.nodes:
            node.begin_to_join()
        for node in self.nodes:
            node.wait_until_synced()

    def is_in_step(self) -> bool:
        """Return True when each node is in step with all others."""
        return all(
            node.is_synced() and node.read_status()["WSREP_CLUSTER_SIZE"] == str(len(NUMBERS)) for node in self.nodes
        )
