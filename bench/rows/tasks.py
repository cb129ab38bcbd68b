# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a task costs, in processor time and memory, beside other kinds."""

from rows import Benchmark, scripts

PRELUDE = """
import time
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
def timed(work, count):
    began = time.process_time()
    work()
    print((time.process_time() - began) / count * 1e6)
"""

YIELD = {
    "greenhost": """
from greenhost import checkpoint, spawn
def body():
    for _ in range(100_000): checkpoint()
def work():
    for task in [spawn(body), spawn(body)]: task.join()
timed(work, 200_000)
""",
    "greenlet pair": """
from greenlet import greenlet, getcurrent
def body():
    while True: main.switch()
main, other = getcurrent(), greenlet(body)
def work():
    for _ in range(100_000): other.switch()
timed(work, 100_000)
""",
    "asyncio": """
import asyncio
async def body():
    for _ in range(50_000): await asyncio.sleep(0)
async def both(): await asyncio.gather(body(), body())
timed(lambda: asyncio.run(both()), 100_000)
""",
    "gevent": """
import gevent
def body():
    for _ in range(50_000): gevent.sleep(0)
def work(): gevent.joinall([gevent.spawn(body), gevent.spawn(body)])
timed(work, 100_000)
""",
}

SPAWN = {
    "greenhost": """
from greenhost import spawn
def nothing(): pass
def work():
    for _ in range(100_000): spawn(nothing).join()
timed(work, 100_000)
""",
    "asyncio": """
import asyncio
async def nothing(): pass
async def body():
    for _ in range(50_000): await asyncio.create_task(nothing())
timed(lambda: asyncio.run(body()), 50_000)
""",
    "gevent": """
import gevent
def nothing(): pass
def work():
    for _ in range(20_000): gevent.spawn(nothing).join()
timed(work, 20_000)
""",
    "OS thread": """
import threading
def nothing(): pass
def work():
    for _ in range(2_000):
        thread = threading.Thread(target=nothing)
        thread.start()
        thread.join()
timed(work, 2_000)
""",
}

PARKED = {
    "greenhost": """
from greenhost import sleep, spawn
def body(): time.sleep(60)
tasks = [spawn(body)]
sleep(0)
before = resident()
tasks += [spawn(body) for _ in range(10_000)]
sleep(0)
print((resident() - before) / 10_000 / 1024)
for task in tasks: task.cancel()
for task in tasks: task.join()
""",
    "asyncio": """
import asyncio, os
async def body(): await asyncio.sleep(60)
async def main():
    before = resident()
    tasks = [asyncio.create_task(body()) for _ in range(10_000)]
    await asyncio.sleep(0)
    print((resident() - before) / 10_000 / 1024, flush=True)
    os._exit(0)
asyncio.run(main())
""",
    "gevent": """
import gevent, os
def body(): gevent.sleep(60)
before = resident()
tasks = [gevent.spawn(body) for _ in range(10_000)]
gevent.sleep(0)
print((resident() - before) / 10_000 / 1024, flush=True)
os._exit(0)
""",
    "OS thread": """
import os, threading
before = resident()
for _ in range(500): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print((resident() - before) / 500 / 1024, flush=True)
os._exit(0)
""",
}

# All of them are parked before the first has slept.
MANY = {
    "greenhost": """
from greenhost import spawn
def body(): time.sleep(5)
def work():
    for task in [spawn(body) for _ in range(COUNT)]: task.join()
timed(work, COUNT)
""",
    "asyncio": """
import asyncio
async def body(): await asyncio.sleep(5)
async def main(): await asyncio.gather(*[body() for _ in range(COUNT)])
timed(lambda: asyncio.run(main()), COUNT)
""",
    "gevent": """
import gevent
def body(): gevent.sleep(5)
def work(): gevent.joinall([gevent.spawn(body) for _ in range(COUNT)])
timed(work, COUNT)
""",
}
COUNTS = (1_000_000, 10_000, 100_000)

US, KIB = "µs", "KiB"


def many():
    """A million is for greenhost alone, and is what its name without a number means."""
    return {
        peer if count == COUNTS[0] else f"{peer}, {count:,}": f"COUNT = {count}\n{code}"
        for peer, code in MANY.items()
        for count in (COUNTS if peer == "greenhost" else COUNTS[2:])
    }


def benchmarks(greenhost):
    def make(name, about, metric, codes, **more):
        codes = {peer: PRELUDE + code for peer, code in codes.items()}
        return Benchmark(name, about, {metric: False}, scripts(greenhost, metric, codes), **more)

    return [
        make(
            "Give way and come back",
            "Two tasks that do nothing else. A pair of greenlets' switches is there and back.",
            US,
            YIELD,
            wanted={"greenlet pair": 1 / 1.15},
        ),
        make(
            "Start, run and end",
            "An empty function in a task of its own, waited for.",
            US,
            SPAWN,
            wanted={"asyncio": 2, "gevent": 10},
        ),
        make(
            "Parked in sleep",
            "What each of 10,000 tasks adds to the resident memory (500, for OS threads).",
            KIB,
            PARKED,
            limit=3.2,
        ),
        make(
            "A million at once",
            "Processor time of a task from spawn to join that sleeps in between, while all the others "
            "do: `greenhost` is with 1,000,000.",
            US,
            many(),
        ),
    ]
