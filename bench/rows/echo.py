# SPDX-License-Identifier: MIT OR Apache-2.0
"""TCP echo: the server on one processor, its clients, in C, on the other."""

import subprocess
from pathlib import Path

from rows import MEASURED, OTHER, PYTHON, Benchmark, processor_time

SERVERS = Path(__file__).resolve().parents[1] / "servers"
COST, RATE, LATE = "µs of processor time a message", "messages a second", "p99 in ms"
METRICS = {COST: False, RATE: True, LATE: False}


def echo(command, load, connections, size, messages):
    """Serve so many messages, and tell what they cost and how late they were."""

    def run():
        words = [*MEASURED, *map(str, command)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
            port = server.stdout.readline().strip()
            client = [*OTHER, load, port, *map(str, (connections, size, messages))]
            try:
                before = processor_time(server.pid)
                done = subprocess.run(client, stdout=subprocess.PIPE, text=True, check=True)
                after = processor_time(server.pid)
            finally:
                server.kill()
        seconds, _, late = map(float, done.stdout.split())
        cost = (after - before) * 1e6 / messages
        return {COST: cost, RATE: messages / seconds, LATE: late / 1e3}

    return run


def servers(greenhost):
    built = Path(greenhost).parent / "bench"
    blocking, callbacks = SERVERS / "blocking.py", SERVERS / "callbacks.py"
    return {
        "greenhost": [greenhost, blocking, "task"],
        "gevent": [PYTHON, blocking, "greenlet"],
        "uvloop streams": [PYTHON, callbacks, "uvloop", "streams"],
        "uvloop protocol": [PYTHON, callbacks, "uvloop", "protocol"],
        "asyncio streams": [PYTHON, callbacks, "asyncio", "streams"],
        "OS threads": [PYTHON, blocking, "thread"],
        "libuv in C": [built / "echo"],
    }


def benchmarks(greenhost):
    load = Path(greenhost).parent / "bench" / "load"
    cases = (
        ("1 KiB, 100 connections", 100, 1024, 30_000),
        ("1 KiB, 10,000 connections", 10_000, 1024, 30_000),
        ("64 KiB, 100 connections", 100, 65_536, 4_000),
    )
    for name, connections, size, messages in cases:
        peers = {
            peer: echo(command, load, connections, size, messages)
            for peer, command in servers(greenhost).items()
            if connections < 1000 or peer not in ("OS threads", "asyncio streams")
        }
        about = "Blocking `recv` and `sendall` in a task for each connection; all keep one message under way."
        wanted = {"gevent": 2.5, "uvloop streams": 1.3, "uvloop protocol": 1, "libuv in C": 0.75}
        yield Benchmark(f"Echo, {name}", about, METRICS, peers, wanted)
