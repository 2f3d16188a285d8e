"""A link of 5 ms each way between service and database: `python -m tools.bench.slow_link PORT DATABASE_PORT`."""

import asyncio
import signal
import sys

DELAY = 0.005  # seconds


async def carry(reader, writer):
    """Write what is read, DELAY later; what follows closely is delayed no longer for that."""
    loop = asyncio.get_running_loop()
    while data := await reader.read(65536):
        loop.call_later(DELAY, writer.write, data)
    loop.call_later(DELAY, writer.close)


async def link(port, database_port):
    async def connect(reader, writer):
        database_reader, database_writer = await asyncio.open_connection("127.0.0.1", database_port)
        await asyncio.gather(carry(reader, database_writer), carry(database_reader, writer))

    await asyncio.start_server(connect, "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    asyncio.run(link(*map(int, sys.argv[1:])))
