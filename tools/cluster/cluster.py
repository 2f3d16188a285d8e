"""The nodes of a cluster: how they come up first, and again after all have died."""

from pathlib import Path
from typing import Self

from .network import Network, address
from .node import PORT, Node


class Cluster:
    """`with Cluster(network, folder) as cluster:` runs a node for each of the network, started by the main thread."""

    def __init__(self, network: Network, folder: Path, *options: str) -> None:
        self.network = network
        self.nodes = [Node(folder, number, network.numbers, *options) for number in network.numbers]

    def __enter__(self) -> Self:
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
        hosts = front or ",".join(f"{address(number)}:{PORT}" for number in self.network.numbers)
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
            node.is_synced() and node.read_status()["WSREP_CLUSTER_SIZE"] == str(len(self.nodes)) for node in self.nodes
        )
