# SPDX-License-Identifier: MIT OR Apache-2.0
"""Echo of 1 KiB over 100 connections: what a request costs the server, in processor time.

    python3 echo.py build/greenhost

The client is the same for all, and in a process of its own, so that it does not matter if it is the
slower side. The servers take turns; the figure is the median of the rounds.
"""

import os
import selectors
import socket
import statistics
import subprocess
import sys

PYTHON = "/usr/bin/python3"
CONNECTIONS = 100
REQUESTS = 30_000
ROUNDS = 5
MESSAGE = b"x" * 1024

# A blocking server, for whom `start` begins a thread or a task.
BLOCKING = """
import socket
def serve(connection):
    with connection:
        while data := connection.recv(4096): connection.sendall(data)
with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
    print(listener.getsockname()[1], flush=True)
    for _ in range({connections}): start(listener.accept()[0])
"""
TASKS = "import greenhost\ndef start(c): started.append(greenhost.spawn(serve, c))\nstarted = []\n"
THREADS = "import threading\ndef start(c): threading.Thread(target=serve, args=(c,)).start()\n"
STREAMS = """
import asyncio
left = {connections}
async def serve(reader, writer):
    global left
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()
    writer.close()
    left -= 1
    if left == 0: ended.set()
async def main():
    global ended
    ended = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
asyncio.run(main())
"""


def servers(greenhost):
    return {
        "greenhost, a task each": [
            greenhost,
            "-c",
            TASKS + BLOCKING + "for t in started: t.join()",
        ],
        "python3, a thread each": [PYTHON, "-c", THREADS + BLOCKING],
        "asyncio streams": [PYTHON, "-c", STREAMS],
    }


def exchange(port):
    """Keep each connection busy until all requests are answered."""
    selector, sent = selectors.EpollSelector(), 0
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        selector.register(connection, selectors.EVENT_READ, [0])
        connection.sendall(MESSAGE)
        sent += 1
    while selector.get_map():
        for key, _ in selector.select():
            key.data[0] += len(key.fileobj.recv(4096))
            if key.data[0] < len(MESSAGE):
                continue
            key.data[0] = 0
            if sent < REQUESTS:
                key.fileobj.sendall(MESSAGE)
                sent += 1
            else:
                selector.unregister(key.fileobj)
                key.fileobj.close()


def measure(command):
    """Microseconds of the server's processor time for each request."""
    command = [*command[:-1], command[-1].format(connections=CONNECTIONS)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    exchange(int(process.stdout.readline()))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"echo: {command[0]} ended with {process.returncode}")
    return (usage.ru_utime + usage.ru_stime) / REQUESTS * 1e6


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: echo.py build/greenhost")
    peers = servers(os.path.abspath(sys.argv[1]))
    rounds = [[measure(command) for command in peers.values()] for _ in range(ROUNDS)]
    print(f"{'':<26}{'median, µs':>12}{'least':>8}{'most':>8}{'ratio':>8}")
    for i, name in enumerate(peers):
        times = [row[i] for row in rounds]
        ratio = statistics.median(row[i] / row[0] for row in rounds)
        middle = statistics.median(times)
        print(f"{name:<26}{middle:>12.2f}{min(times):>8.2f}{max(times):>8.2f}{ratio:>8.2f}")


if __name__ == "__main__":
    main()
