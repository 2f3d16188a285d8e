"""The network of a cluster: each node in a namespace of its own, and a router between them that can drop packets."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path

from .programs import ClusterError, run

DROPS = "100"  # the priority of our rules; lower numbers come first
LOCAL = "200"  # where the rule for this machine's own addresses goes, which else comes before all others


class Network:
    """Node N has the address 10.77.N.2 and reaches all others through 10.77.N.1, which is us; N is 1, 2, 3 …"""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.numbers = numbers

    @contextmanager
    def partition(self, number: int) -> Iterator[None]:
        """Part a node from the other nodes, in silence; its clients still reach it."""
        with dropping(self.ways_between_nodes(number)):
            yield

    @contextmanager
    def cut_off(self, number: int) -> Iterator[None]:
        """Part a node from the other nodes and from its clients, in silence."""
        with dropping([*self.ways_between_nodes(number), (address(number), router(number))]):
            yield

    def ways_between_nodes(self, number: int) -> list[tuple[str, str]]:
        others = [address(other) for other in self.numbers if other != number]
        return [*product([address(number)], others), *product(others, [address(number)])]


@contextmanager
def dropping(ways: list[tuple[str, str]]) -> Iterator[None]:
    """Drop what goes from the first address of each pair to the second."""
    try:
        for sender, receiver in ways:
            run("ip", "rule", "add", "from", sender, "to", receiver, "priority", DROPS, "blackhole")
        yield
    finally:
        with suppress(ClusterError):  # there is none left
            while True:
                run("ip", "rule", "del", "priority", DROPS)


def make_network(nodes: int) -> Network:
    """Make the Network in the namespaces of this process (`programs.enter_namespaces`), with which it disappears."""
    run("mount", "-t", "tmpfs", "tmpfs", "/run")
    run("ip", "link", "set", "lo", "up")
    run("ip", "rule", "add", "priority", LOCAL, "lookup", "local")
    run("ip", "rule", "del", "priority", "0")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    network = Network(range(1, nodes + 1))
    for number in network.numbers:
        add_node(number)
    return network


def add_node(number: int) -> None:
    name, link = f"n{number}", f"v{number}"
    run("ip", "netns", "add", name)
    run("ip", "link", "add", link, "type", "veth", "peer", "name", "e0", "netns", name)
    run("ip", "address", "add", f"{router(number)}/24", "dev", link)
    run("ip", "link", "set", link, "up")
    run("ip", "-n", name, "address", "add", f"{address(number)}/24", "dev", "e0")
    run("ip", "-n", name, "link", "set", "e0", "up")
    run("ip", "-n", name, "link", "set", "lo", "up")
    run("ip", "-n", name, "route", "add", "default", "via", router(number))


def address(number: int) -> str:
    return f"10.77.{number}.2"


def router(number: int) -> str:
    return f"10.77.{number}.1"
