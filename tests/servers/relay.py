# SPDX-License-Identifier: MIT OR Apache-2.0
"""Makes a fast server slow: relay.py SOCKET TARGET SECONDS, run by python3.

What comes from the Unix socket TARGET reaches those who connect to SOCKET that much later.
"""

import asyncio
import sys


async def forward(reader, writer, seconds):
    while data := await reader.read(1 << 16):
        await asyncio.sleep(seconds)
        writer.write(data)
        await writer.drain()
    writer.close()


async def relay(path, target, seconds):
    async def connected(reader, writer):
        far_reader, far_writer = await asyncio.open_unix_connection(target)
        await asyncio.gather(forward(reader, far_writer, 0), forward(far_reader, writer, seconds))

    async with await asyncio.start_unix_server(connected, path) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(relay(sys.argv[1], sys.argv[2], float(sys.argv[3])))
