# SPDX-License-Identifier: MIT OR Apache-2.0
"""HTTP: servers that are made of threads, as their authors wrote them, loaded by wrk."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from rows import MEASURED, OTHER, PYTHON, Benchmark, processor_time

BENCH = Path(__file__).resolve().parents[1]
SECONDS = 2
COST, RATE, LATE = "µs of processor time a request", "requests a second", "p99 in ms"
METRICS = {COST: False, RATE: True, LATE: False}
ABOUT = (
    "Keep-alive connections, one request under way on each, a page of 13 bytes; greenhost with "
    "`--threads=tasks`. Each pool has as many threads as there are connections, so that as many "
    "requests might wait for something at once."
)


def load(port, clients):
    """Requests, seconds, p99 in ms, failures: as bench/wrk.lua prints them."""
    words = [*OTHER, "wrk", "-t1", f"-c{clients}", f"-d{SECONDS}s", "--timeout=10s", "--latency"]
    words += ["-s", BENCH / "wrk.lua", f"http://127.0.0.1:{port}/"]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
    return map(float, done.stdout.splitlines()[-1].split())


def serve(program, kind, clients):
    """What the answers of such a server cost it, and how fast they came."""

    def run():
        words = [*MEASURED, *program, BENCH / "servers" / "web.py", kind, str(clients)]
        # They tell of each connection that is cut, as wrk's are in the end.
        server = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        with server:
            try:
                port, pid = map(int, server.stdout.readline().split())
                before = processor_time(pid)
                requests, seconds, late, failed = load(port, clients)
                after = processor_time(pid)
            finally:
                os.killpg(server.pid, signal.SIGKILL)
        if failed:
            print(f"{program[0]}, {kind}, {clients}: {failed:.0f} failed", file=sys.stderr)
        cost = (after - before) * 1e6 / max(requests, 1)  # it may not have come to any yet
        return {COST: cost, RATE: requests / seconds, LATE: late}

    return run


def benchmarks(greenhost):
    for kind in ("http.server", "cheroot", "waitress", "gthread"):
        for clients, times in ((200, 1), (2000, 1.5)):
            peers = {
                "greenhost": serve([greenhost, "--threads=tasks"], kind, clients),
                "OS threads": serve([PYTHON], kind, clients),
                "gunicorn, gevent": serve([PYTHON], "gevent", clients),
            }
            wanted = {"OS threads": times, "gunicorn, gevent": 1}
            yield Benchmark(f"HTTP, {kind}, {clients:,} connections", ABOUT, METRICS, peers, wanted)
