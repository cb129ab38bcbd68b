# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a task costs: greenhost beside asyncio, OS threads and bare greenlets, in one run.

    python3 tasks.py build/greenhost

Each round runs every peer once, in turns; the figure is the median of the rounds.  These are costs
of the machinery alone, in microseconds and KiB; the ratio is to greenhost.
"""

import statistics
import subprocess
import sys

PYTHON = "/usr/bin/python3"
ROUNDS = 5

PRELUDE = """
import time
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
def timed(work, count):
    began = time.perf_counter()
    work()
    print((time.perf_counter() - began) / count * 1e6)
"""

# What is measured, and how each peer does it.
WORKS: dict[str, dict[str, str]] = {
    "give way and come back, µs": {
        "greenhost": """
from greenhost import checkpoint, spawn
def body():
    for _ in range(50_000): checkpoint()
def work():
    for task in [spawn(body), spawn(body)]: task.join()
timed(work, 100_000)
""",
        "asyncio": """
import asyncio
async def body():
    for _ in range(50_000): await asyncio.sleep(0)
async def both(): await asyncio.gather(body(), body())
timed(lambda: asyncio.run(both()), 100_000)
""",
        "greenlet": """
from greenlet import greenlet, getcurrent
def body():
    while True: main.switch()
main, other = getcurrent(), greenlet(body)
def work():
    for _ in range(100_000): other.switch()
timed(work, 100_000)
""",
    },
    "start, run and end, µs": {
        "greenhost": """
from greenhost import spawn
def work():
    for _ in range(20_000): spawn(int).join()
timed(work, 20_000)
""",
        "asyncio": """
import asyncio
async def nothing(): pass
async def body():
    for _ in range(20_000): await asyncio.create_task(nothing())
timed(lambda: asyncio.run(body()), 20_000)
""",
        "OS thread": """
import threading
def work():
    for _ in range(2_000):
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()
timed(work, 2_000)
""",
    },
    "parked in sleep, KiB": {
        "greenhost": """
from greenhost import sleep, spawn
def body(): time.sleep(60)
tasks = [spawn(body)]
sleep(0)
before = resident()
tasks += [spawn(body) for _ in range(5_000)]
sleep(0)
print((resident() - before) / 5_000 / 1024)
for task in tasks: task.cancel()
for task in tasks: task.join()
""",
        "asyncio": """
import asyncio
async def body():
    before = resident()
    tasks = [asyncio.create_task(asyncio.sleep(60)) for _ in range(5_000)]
    await asyncio.sleep(0)
    print((resident() - before) / 5_000 / 1024)
    for task in tasks: task.cancel()
asyncio.run(body())
""",
        "OS thread": """
import os, threading
before = resident()
for _ in range(500): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print((resident() - before) / 500 / 1024, flush=True)
os._exit(0)
""",
    },
}


def measure(program: str, code: str) -> float:
    done = subprocess.run([program, "-c", PRELUDE + code], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"tasks: {program} ended with {done.returncode}")
    return float(done.stdout.split()[0])


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: tasks.py build/greenhost")
    programs = {"greenhost": sys.argv[1]}
    print(f"{'':<30}{'':<12}{'median':>8}{'least':>8}{'most':>8}{'ratio':>8}")
    for work, peers in WORKS.items():
        rounds = [
            {peer: measure(programs.get(peer, PYTHON), code) for peer, code in peers.items()}
            for _ in range(ROUNDS)
        ]
        for peer in peers:
            figures = sorted(figure[peer] for figure in rounds)
            ratio = statistics.median(figure[peer] / figure["greenhost"] for figure in rounds)
            middle = statistics.median(figures)
            print(
                f"{work:<30}{peer:<12}{middle:>8.2f}{figures[0]:>8.2f}{figures[-1]:>8.2f}"
                f"{ratio:>8.2f}"
            )
            work = ""


if __name__ == "__main__":
    main()
