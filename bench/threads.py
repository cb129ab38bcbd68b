# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a thread costs: those of python3 beside the same as tasks, in one run.

    python3 threads.py build/greenhost

Each figure is the median of the rounds, which run the peers in turns. The memory is what the process
has resident while so many threads wait, less what it had before. To start one is told in processor time,
which other programs on the machine hardly change.
"""

import os
import statistics
import subprocess
import sys

ROUNDS = 5

PROGRAM = """
import sys, threading, time
count = int(sys.argv[1])
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
go = threading.Event()
before, began, used = resident(), time.perf_counter(), time.process_time()
threads = [threading.Thread(target=go.wait, daemon=True) for _ in range(count)]
for thread in threads:
    thread.start()
started = time.process_time()
after = resident()
go.set()
for thread in threads:
    thread.join()
ended = time.perf_counter()
print((after - before) / count / 1024, (started - used) / count * 1e6, ended - began)
"""

LATE = """
import statistics, threading, time
stop = False
def compute():
    while not stop: pass
for _ in range(2):
    threading.Thread(target=compute).start()
late = []
for _ in range(200):
    began = time.perf_counter()
    time.sleep(0.01)
    late.append((time.perf_counter() - began - 0.01) * 1e3)
stop = True
print(statistics.median(late), max(late))
"""


def measure(command: list[str], program: str, *words: str) -> list[float] | None:
    done = subprocess.run(
        [*command, "-c", program, *words], capture_output=True, text=True, timeout=300
    )
    return [float(word) for word in done.stdout.split()] if done.returncode == 0 else None


def median(rounds: list[list[float] | None], column: int) -> str:
    if None in rounds:
        return "refused"
    return f"{statistics.median(figures[column] for figures in rounds if figures):.1f}"


def main() -> None:
    greenhost = sys.argv[1]
    peers = {
        "python3's threads": ["/usr/bin/python3"],
        "greenhost --threads=tasks": [greenhost, "--threads=tasks"],
    }
    results: dict[tuple[str, str], list[list[float] | None]] = {}
    for _ in range(ROUNDS):
        for name, command in peers.items():
            for count in ("1000", "10000"):
                results.setdefault((name, count), []).append(measure(command, PROGRAM, count))
            results.setdefault((name, "late"), []).append(measure(command, LATE))
    rows = [
        ("memory of a waiting thread, KiB", "1000", 0),
        ("to start one of 1,000, µs of processor time", "1000", 1),
        ("to start one of 10,000, µs of processor time", "10000", 1),
        ("10,000 started, waiting at once, joined, s", "10000", 2),
        ("10 ms ticker beside two that compute: late by, median, ms", "late", 0),
        ("the same, at worst, ms", "late", 1),
    ]
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")
    for title, kind, column in rows:
        print(title)
        for name in peers:
            print(f"    {name:<28}{median(results[name, kind], column):>10}")


if __name__ == "__main__":
    main()
