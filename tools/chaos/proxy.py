"""A TCP proxy between service and database that breaks connections at the worst moments."""

import asyncio
import threading
from itertools import cycle
from urllib.parse import urlsplit

from .ends import AT_COMMIT, ELSEWHERE, ClientEnd
from .packets import STEP_BY_STEP, pose_as_mysql
from .plan import Plan


class Proxy:
    """`with Proxy(...) as proxy:` takes connections in place of the server."""

    def __init__(self, server_port, figures, lots, progress):
        self.server_port = server_port
        self.figures = figures
        self.ways = cycle(list(figures.ways))
        self.at_commit = Plan(lots, figures.planned, AT_COMMIT, progress)
        self.elsewhere = Plan(lots, figures.planned, [ELSEWHERE], progress)
        self.transports = set()
        self.listening = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()))

    def __enter__(self):
        self.thread.start()
        self.listening.wait()
        return self

    def __exit__(self, *exception):
        self.loop.call_soon_threadsafe(self.over.set)
        self.thread.join()

    def url(self, server_url):
        """The database URL with our port in place of the server's."""
        parts = urlsplit(server_url)
        return parts._replace(netloc=parts.netloc.replace(f":{self.server_port}", f":{self.port}")).geturl()

    def choose_way(self, greeting):
        """Return how calls are billed on a new connection, each way in turn, and the server's greeting, made to fit."""
        way = next(self.ways)
        return way, pose_as_mysql(greeting) if way == STEP_BY_STEP else greeting

    async def run(self):
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        listener = await self.loop.create_server(lambda: ClientEnd(self), "127.0.0.1", 0)
        self.port = listener.sockets[0].getsockname()[1]
        self.listening.set()
        await self.over.wait()
        listener.close()
        for transport in list(self.transports):
            transport.abort()
        await asyncio.sleep(0.1)  # the loop needs a turn to close what was aborted
