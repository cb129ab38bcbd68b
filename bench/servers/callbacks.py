# SPDX-License-Identifier: MIT OR Apache-2.0
"""An echo server on asyncio.

    callbacks.py asyncio|uvloop streams|protocol
"""

import asyncio
import sys

if sys.argv[1] == "uvloop":
    import uvloop

    uvloop.install()


async def serve(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def main():
    if sys.argv[2] == "streams":
        server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    else:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
