"""A TCP proxy between service and database that breaks connections at the worst moments."""

import asyncio
import threading
from collections.abc import Callable
from itertools import cycle
from random import Random
from typing import Self
from urllib.parse import urlsplit

from .ends import ClientEnd
from .packets import Way, pose_as_mysql
from .plan import AT_COMMIT, Fault, Plan
from .tally import Tally


class Proxy:
    """`with Proxy(...) as proxy:` takes connections in place of the server."""

    loop: asyncio.AbstractEventLoop
    over: asyncio.Event
    port: int

    def __init__(self, server_port: int, tally: Tally, rng: Random, progress: Callable[[], float]) -> None:
        self.server_port = server_port
        self.tally = tally
        self.ways = cycle(list(tally.ways))
        self.at_commit = Plan(rng, tally.planned, AT_COMMIT, progress)
        self.elsewhere = Plan(rng, tally.planned, [Fault.CUT_ELSEWHERE], progress)
        self.transports: set[asyncio.Transport] = set()
        self.listening = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()))

    def __enter__(self) -> Self:
        self.thread.start()
        self.listening.wait()
        return self

    def __exit__(self, *exception: object) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join()

    def url(self, server_url: str) -> str:
        """Return the database URL with our port in place of the server's."""
        parts = urlsplit(server_url)
        return parts._replace(netloc=parts.netloc.replace(f":{self.server_port}", f":{self.port}")).geturl()

    def choose_way(self, greeting: bytes) -> tuple[Way, bytes]:
        """Return how calls are billed on a new connection, each way in turn, and the server's greeting, made to fit."""
        way = next(self.ways)
        return way, pose_as_mysql(greeting) if way is Way.STEP_BY_STEP else greeting

    async def run(self) -> None:
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        listener = await self.loop.create_server(lambda: ClientEnd(self), "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        self.listening.set()
        await self.over.wait()
        listener.close()
        for transport in list(self.transports):
            transport.abort()
        await asyncio.sleep(0.1)  # the loop needs a turn to close what was aborted
