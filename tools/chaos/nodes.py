"""The faults of a cluster: nodes are killed, stopped, frozen and cut off, and all are killed at once."""

import time
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from tools.cluster.cluster import Cluster
from tools.cluster.node import Node
from tools.cluster.programs import ClusterError

from .plan import Fault
from .tally import Tally

HARM_SECONDS = (1, 10)  # how long a fault lasts: below and above what the others need to go on without the node
PAUSE_SECONDS = (2, 5)  # with all nodes in step, before the next fault
WEIGHTS = (3, 1, 1)  # the first node, which is the one written to, is harmed more often
IN_STEP_SECONDS = 90


class FaultTime(NamedTuple):
    """When a fault began and when it was over, on the monotonic clock."""

    fault: Fault
    began: float
    over: float


class NodeFaults:
    """`make(fault)` makes a fault and returns when all nodes are in step again; call it from the main thread."""

    def __init__(self, cluster: Cluster, tally: Tally, rng: Random) -> None:
        self.cluster = cluster
        self.tally = tally
        self.rng = rng
        self.times: list[FaultTime] = []
        self.restarts = 0

    def make(self, fault: Fault) -> None:
        [node] = self.rng.choices(self.cluster.nodes, WEIGHTS)
        began = time.monotonic()
        MAKERS[fault](self, node)
        self.tally.faults[fault] += 1
        self.wait_until_in_step()
        self.times.append(FaultTime(fault, began, time.monotonic()))
        time.sleep(self.rng.uniform(*PAUSE_SECONDS))

    def last(self) -> None:
        time.sleep(self.rng.uniform(*HARM_SECONDS))

    def kill(self, node: Node) -> None:
        node.kill()
        self.last()
        node.start()

    def stop(self, node: Node) -> None:
        node.stop()
        node.start()

    def freeze(self, node: Node) -> None:
        node.freeze()
        self.last()
        node.thaw()

    def partition(self, node: Node) -> None:
        with self.cluster.network.partition(node.number):
            self.last()

    def cut_off(self, node: Node) -> None:
        with self.cluster.network.cut_off(node.number):
            self.last()

    def kill_all(self, node: Node) -> None:
        for each in self.cluster.nodes:
            each.kill()
        self.last()
        self.cluster.recover()

    def wait_until_in_step(self) -> None:
        """Return once all nodes are in step; start one again that has ended, or has given up (docs/galera.md)."""
        deadline = time.monotonic() + IN_STEP_SECONDS
        while not self.cluster.is_in_step():
            if time.monotonic() > deadline:
                raise ClusterError("the nodes did not come into step")
            for node in self.cluster.nodes:
                if not node.is_running() or node.has_given_up():
                    self.restarts += 1
                    node.kill()
                    node.start()
            time.sleep(0.1)


MAKERS: dict[Fault, Callable[[NodeFaults, Node], None]] = {
    Fault.NODE_KILL: NodeFaults.kill,
    Fault.NODE_STOP: NodeFaults.stop,
    Fault.NODE_FREEZE: NodeFaults.freeze,
    Fault.PARTITION: NodeFaults.partition,
    Fault.CUT_OFF: NodeFaults.cut_off,
    Fault.ALL_KILL: NodeFaults.kill_all,
}
