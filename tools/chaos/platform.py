"""A call-tracking platform: fires each call until it is answered 200, now and then several times at once."""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from random import Random
from typing import Self, TypeVar

from .calls import Chain, ReportedCall
from .keep_alive import KeepAlive
from .tally import Seen, Tally

SENDERS = 24  # more than the service has threads, so that some requests always wait
RETRY_SECONDS = 0.3  # at most, before a call is fired again, so that a database's restart costs a few attempts only

Returned = TypeVar("Returned")


class SimulatedPlatform:
    """Sends calls with a number of senders at once; leaving its block, or the deadline (monotonic), stops them."""

    def __init__(self, port: int, deadline: float, tally: Tally, rng: Random) -> None:
        self.port = port
        self.deadline = deadline
        self.tally = tally
        self.rng = rng
        self.senders: list[threading.Thread] = []
        self.lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.deadline = 0
        for sender in self.senders:
            sender.join()

    def start(self, chains: Iterable[Chain], senders: int) -> None:
        """Start to send all of these chains."""
        waiting: queue.SimpleQueue[Chain] = queue.SimpleQueue()
        for chain in chains:
            waiting.put(chain)
        self.senders = [threading.Thread(target=self.send_all, args=(waiting,)) for _ in range(senders)]
        for sender in self.senders:
            sender.start()

    def is_busy(self) -> bool:
        return any(sender.is_alive() for sender in self.senders)

    def send_all(self, waiting: "queue.SimpleQueue[Chain]") -> None:
        connections: list[KeepAlive] = []
        seen: Counter[Seen] = Counter()
        try:
            while time.monotonic() < self.deadline:
                self.send_chain(waiting.get_nowait(), connections, seen)
        except queue.Empty:
            """All is sent."""
        finally:
            for connection in connections:
                connection.close()
            with self.lock:
                self.tally.seen.update(seen)

    def send_chain(self, chain: Chain, connections: list[KeepAlive], seen: Counter[Seen]) -> None:
        """Send one call after the other; none follows a call that stays open, for that one may yet be billed."""
        for call in chain:
            connections.extend(KeepAlive(self.port) for _ in range(call.at_once - len(connections)))
            self.deliver(call, connections, seen)
            self.tally.finished.append(call)
            if call.acknowledged is None:
                break

    def deliver(self, call: ReportedCall, connections: list[KeepAlive], seen: Counter[Seen]) -> None:
        """Fire until every firing has a final answer: 200, or a 4xx, which would be the same again."""
        call.began = time.monotonic()
        firings = call.at_once
        while firings and time.monotonic() < self.deadline:
            statuses = fire(call, connections[:firings])
            seen.update(statuses)
            firings = sum(not isinstance(status, int) or status >= 500 for status in statuses)
            if firings:
                time.sleep(self.rng.uniform(0, RETRY_SECONDS))


def fire(call: ReportedCall, connections: list[KeepAlive]) -> list[Seen]:
    """Send a call on all connections in the same moment, then read the answers; return statuses, or what went wrong."""
    call.requests += len(connections)
    sent: list[str | None] = [attempt(connection, partial(connection.send, call.request)) for connection in connections]
    return [
        trouble if trouble is not None else attempt(connection, partial(read_status, call, connection))
        for connection, trouble in zip(connections, sent, strict=True)
    ]


def attempt(connection: KeepAlive, work: Callable[[], Returned]) -> Returned | str:
    """Return what `work` returns, or the name of what broke the connection."""
    try:
        return work()
    except TimeoutError:
        connection.close()
        return "timeout"
    except OSError:
        connection.close()
        return "broken"


def read_status(call: ReportedCall, connection: KeepAlive) -> int:
    status, body = connection.receive()
    if status == 200:
        call.acknowledged = call.acknowledged or time.monotonic()
        call.answers.add(body)
    return status
