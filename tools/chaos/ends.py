"""The two ends of a connection through the proxy, and what each fault does to them."""

import asyncio

from .packets import has_begun, is_commit, is_done, read_statement, split_packets

BEFORE, AFTER, SILENCE, STALL = AT_COMMIT = "cuts_before", "cuts_after", "silences", "stalls"
ELSEWHERE = "cuts_elsewhere"
HELD = 3  # seconds of silence, longer than the service waits for an answer (ANSWER_TIMEOUT in ingress/mysql.py)


class End(asyncio.Protocol):
    """One end of a connection through the proxy."""

    def __init__(self, proxy):
        self.proxy = proxy

    def connection_made(self, transport):
        self.transport = transport
        self.proxy.transports.add(transport)

    def connection_lost(self, error):
        self.proxy.transports.discard(self.transport)


class ClientEnd(End):
    """The end towards the service: here every packet is looked at before it goes on, or does not."""

    server = None
    unread = b""
    is_held = False

    def connection_made(self, transport):
        super().connection_made(transport)
        transport.pause_reading()
        self.connecting = self.proxy.loop.create_task(self.connect())

    async def connect(self):
        try:
            await self.proxy.loop.create_connection(lambda: ServerEnd(self), "127.0.0.1", self.proxy.server_port)
        except OSError:
            self.transport.abort()  # the database is away, and so are we
        else:
            self.transport.resume_reading()

    def data_received(self, data):
        packets, self.unread = split_packets(self.unread + data)
        for packet in packets:
            self.handle(packet)

    def handle(self, packet):
        statement = read_statement(packet)
        if is_commit(statement):
            fault = self.proxy.at_commit.draw()
        else:
            fault = self.proxy.elsewhere.draw() if statement else None
        FAULTS[fault](self, packet)

    def connection_lost(self, error):
        """The server learns of it, unless it is to believe that its client is still there."""
        super().connection_lost(error)
        if self.server and not self.is_held:
            self.server.transport.close()

    def count(self, fault):
        self.proxy.figures.faults[fault] += 1
        if fault in AT_COMMIT:
            self.proxy.figures.ways[self.server.way] += 1

    def forward(self, packet):
        self.server.transport.write(packet)

    def cut(self):
        self.transport.abort()
        self.server.transport.abort()

    def hold(self):
        self.is_held = True
        self.proxy.loop.call_later(HELD, self.cut)

    def cut_before(self, packet):
        """The COMMIT does not reach the server."""
        self.count(BEFORE)
        self.cut()

    def spoil_answer(self, fault, packet):
        """The server commits, and the fault takes the place of its answer."""
        self.server.fault = fault
        self.forward(packet)

    def cut_after(self, packet):
        """The server commits; that it did does not reach its client."""
        self.spoil_answer(AFTER, packet)

    def fall_silent(self, packet):
        """The same, but the client does not even learn that the connection is broken."""
        self.spoil_answer(SILENCE, packet)

    def stall(self, packet):
        """The COMMIT does not reach the server, nor the end of the connection, so it keeps transaction and locks."""
        self.count(STALL)
        self.hold()

    def cut_elsewhere(self, packet):
        """The server gets half of a statement."""
        self.count(ELSEWHERE)
        self.forward(packet[: len(packet) // 2])
        self.transport.abort()


class ServerEnd(End):
    """The end towards the database; `fault` is what takes the place of its next answer."""

    fault = None
    answer = b""
    way = None

    def __init__(self, client):
        super().__init__(client.proxy)
        self.client = client
        client.server = self

    def data_received(self, data):
        if self.way is None:
            self.way, data = self.proxy.choose_way(data)
        if self.fault is None:
            self.client.transport.write(data)
            return
        self.answer += data
        if has_begun(self.answer) and not self.client.is_held:
            self.spoil_answer() if is_done(self.answer) else self.spare_answer()

    def spoil_answer(self):
        self.client.count(self.fault)
        if self.fault == AFTER:
            self.client.cut()
        else:
            self.client.hold()

    def spare_answer(self):
        """Pass an error on: nothing was committed, such as for a call that had been billed. Another will suffer."""
        self.proxy.at_commit.put_back(self.fault)
        self.client.transport.write(self.answer)
        self.fault, self.answer = None, b""

    def connection_lost(self, error):
        super().connection_lost(error)
        self.client.transport.close()
        if self.fault and not self.answer:  # the database died meanwhile, which is another fault
            self.proxy.at_commit.put_back(self.fault)


FAULTS = {
    None: ClientEnd.forward,
    BEFORE: ClientEnd.cut_before,
    AFTER: ClientEnd.cut_after,
    SILENCE: ClientEnd.fall_silent,
    STALL: ClientEnd.stall,
    ELSEWHERE: ClientEnd.cut_elsewhere,
}
