# SPDX-License-Identifier: MIT OR Apache-2.0
"""A hundred tasks read a file: from memory, and from the disk."""

import tempfile
from pathlib import Path

from rows import Benchmark, scripts

BYTES = 16 << 20

WARM = """
import time
def read(part):
    with open(PATH, "rb", buffering=0) as file:
        file.seek(part * 163_840)
        for _ in range(40): file.read(4096)
with open(PATH, "rb") as file: file.read()
began = time.process_time()
for _ in range(5): run([lambda part=part: read(part) for part in range(100)])
print((time.process_time() - began) / 20_000 * 1e6)
"""

COLD = """
import os, time
def read(part):
    with open(PATH, "rb", buffering=0) as file:
        file.seek(part * 163_840)
        for _ in range(40): file.read(4096)
def tick():
    while not ended:
        began = time.perf_counter()
        time.sleep(0.001)
        late.append((time.perf_counter() - began - 0.001) * 1e3)
ended, late = False, []
file = os.open(PATH, os.O_RDONLY)
os.fsync(file)
os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
ticker = spawn(tick)
for task in [spawn(read, part) for part in range(100)]: task.join()
ended = True
ticker.join()
print(sorted(late)[len(late) * 99 // 100])
"""

RUN = """
def run(functions):
    for started in [spawn(each) for each in functions]: started.join()
"""
TASKS = "from greenhost import spawn" + RUN
THREADS = (
    """
from threading import Thread
def spawn(function, *args):
    thread = Thread(target=function, args=args)
    thread.start()
    return thread
"""
    + RUN
)
PLAIN = """
def run(functions):
    for each in functions: each()
"""


def benchmarks(greenhost):
    with tempfile.NamedTemporaryFile(dir=Path(__file__).parent, suffix=".data") as file:
        file.write(b"x" * BYTES)
        file.flush()
        path = f"PATH = {file.name!r}\n"
        warm = {
            "greenhost": path + TASKS + WARM,
            "OS threads": path + THREADS + WARM,
            "python3, no tasks": path + PLAIN + WARM,
        }
        cold = {"greenhost": path + TASKS + COLD, "OS threads": path + THREADS + COLD}
        yield Benchmark(
            "A file that is in memory",
            "Reads of 4 KiB by 100 tasks, by as many threads, and by plain python3 one after the other.",
            {"µs": False},
            scripts(greenhost, "µs", warm),
            wanted={"OS threads": 0.95, "python3, no tasks": 0.95},
        )
        yield Benchmark(
            "A file that is not",
            "How late a task that ticks every millisecond is, 99th percentile, while 100 others read.",
            {"ms": False},
            scripts(greenhost, "ms", cold),
            limit=5,
        )
