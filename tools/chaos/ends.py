"""The two ends of a connection through the proxy, and what each fault does to them."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from .packets import Way, has_begun, is_commit, is_done, split_packets, statement_of
from .plan import AT_COMMIT, Fault

if TYPE_CHECKING:
    from .proxy import Proxy

SILENT_SECONDS = 3  # longer than the service waits for an answer (ANSWER_TIMEOUT in ingress/database/connection.py)


class End(asyncio.Protocol):
    """One end of a connection through the proxy."""

    transport: asyncio.Transport

    def __init__(self, proxy: "Proxy") -> None:
        self.proxy = proxy

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # of TCP
        self.proxy.transports.add(self.transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.proxy.transports.discard(self.transport)


class ClientEnd(End):
    """The end towards the service: it reads every packet and decides whether it goes on."""

    server: "ServerEnd"
    is_connected = False
    unread = b""
    is_held = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.pause_reading()
        self.connecting = self.proxy.loop.create_task(self.connect())

    async def connect(self) -> None:
        try:
            await self.proxy.loop.create_connection(lambda: ServerEnd(self), "127.0.0.1", self.proxy.server_port)
        except OSError:
            self.transport.abort()  # the database is away, and so are we
        else:
            self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        packets, self.unread = split_packets(self.unread + data)
        for packet in packets:
            self.handle(packet)

    def handle(self, packet: bytes) -> None:
        statement = statement_of(packet)
        if is_commit(statement):
            fault = self.proxy.at_commit.draw()
        else:
            fault = self.proxy.elsewhere.draw() if statement else None
        ACTIONS[fault](self, packet)

    def connection_lost(self, error: Exception | None) -> None:
        """Close the connection to the server, unless a fault lets the server believe that its client is there."""
        super().connection_lost(error)
        if self.is_connected and not self.is_held:
            self.server.transport.close()

    def count(self, fault: Fault) -> None:
        self.proxy.tally.faults[fault] += 1
        if fault in AT_COMMIT and self.server.way:
            self.proxy.tally.ways[self.server.way] += 1

    def forward(self, packet: bytes) -> None:
        self.server.transport.write(packet)

    def cut(self) -> None:
        self.transport.abort()
        self.server.transport.abort()

    def hold(self) -> None:
        self.is_held = True
        self.proxy.loop.call_later(SILENT_SECONDS, self.cut)

    def cut_before(self, packet: bytes) -> None:
        """The COMMIT does not reach the server."""
        self.count(Fault.CUT_BEFORE)
        self.cut()

    def spoil_answer(self, fault: Fault, packet: bytes) -> None:
        """The server commits, and the fault takes the place of its answer."""
        self.server.fault = fault
        self.forward(packet)

    def cut_after(self, packet: bytes) -> None:
        """The server commits; the client never learns it."""
        self.spoil_answer(Fault.CUT_AFTER, packet)

    def fall_silent(self, packet: bytes) -> None:
        """The server commits; the client does not even learn that the connection is broken."""
        self.spoil_answer(Fault.SILENCE, packet)

    def stall(self, packet: bytes) -> None:
        """Neither the COMMIT nor the end of the connection reaches the server, so it keeps transaction and locks."""
        self.count(Fault.STALL)
        self.hold()

    def cut_elsewhere(self, packet: bytes) -> None:
        """The server gets half of a statement."""
        self.count(Fault.CUT_ELSEWHERE)
        self.forward(packet[: len(packet) // 2])
        self.transport.abort()


class ServerEnd(End):
    """The end towards the database; `fault` is what takes the place of its next answer."""

    fault: Fault | None = None
    answer = b""
    way: Way | None = None

    def __init__(self, client: ClientEnd) -> None:
        super().__init__(client.proxy)
        self.client = client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.client.server, self.client.is_connected = self, True

    def data_received(self, data: bytes) -> None:
        if self.way is None:
            self.way, data = self.proxy.choose_way(data)
        if self.fault is None:
            self.client.transport.write(data)
            return
        self.answer += data
        if has_begun(self.answer) and not self.client.is_held:
            self.settle(self.fault)

    def settle(self, fault: Fault) -> None:
        """Spoil the answer if the server has committed.

        An error is passed on: nothing was committed, such as for a call that had been billed. Another call is hit.
        """
        if is_done(self.answer):
            self.client.count(fault)
            self.client.cut() if fault is Fault.CUT_AFTER else self.client.hold()
        else:
            self.proxy.at_commit.put_back(fault)
            self.client.transport.write(self.answer)
            self.fault, self.answer = None, b""

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.client.transport.close()
        if self.fault and not self.answer:  # the database died meanwhile, which is another fault
            self.proxy.at_commit.put_back(self.fault)


ACTIONS: dict[Fault | None, Callable[[ClientEnd, bytes], None]] = {
    None: ClientEnd.forward,
    Fault.CUT_BEFORE: ClientEnd.cut_before,
    Fault.CUT_AFTER: ClientEnd.cut_after,
    Fault.SILENCE: ClientEnd.fall_silent,
    Fault.STALL: ClientEnd.stall,
    Fault.CUT_ELSEWHERE: ClientEnd.cut_elsewhere,
}
