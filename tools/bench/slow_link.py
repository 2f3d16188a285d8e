"""A link of 5 ms each way between service and database: `python -m tools.bench.slow_link PORT DATABASE_PORT`."""

import asyncio
import signal
import sys
from asyncio import StreamReader, StreamWriter

DELAY_SECONDS = 0.005


async def carry(reader: StreamReader, writer: StreamWriter) -> None:
    """Write what is read, DELAY_SECONDS later; data that follows closely is not delayed any longer."""
    loop = asyncio.get_running_loop()
    while data := await reader.read(65536):
        loop.call_later(DELAY_SECONDS, writer.write, data)
    loop.call_later(DELAY_SECONDS, writer.close)


async def link(port: int, database_port: int) -> None:
    async def connect(reader: StreamReader, writer: StreamWriter) -> None:
        database_reader, database_writer = await asyncio.open_connection("127.0.0.1", database_port)
        await asyncio.gather(carry(reader, database_writer), carry(database_reader, writer))

    await asyncio.start_server(connect, "127.0.0.1", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    port, database_port = map(int, sys.argv[1:])
    asyncio.run(link(port, database_port))
