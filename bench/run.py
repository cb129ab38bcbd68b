# SPDX-License-Identifier: MIT OR Apache-2.0
"""Greenhost beside its peers, each figure a ratio within one run.

    python3 run.py build/greenhost [--rounds N] [--write] [NAME...]

Each round measures every peer once, in turns, so that a busy moment meets them all; the figure is the
median of the rounds, and a ratio the median of the rounds' ratios. NAME selects benchmarks by their
modules in bench/rows/. With --write the tables also replace those in docs/BENCHMARKS.md.
"""

import argparse
import importlib
import os
import platform
import re
import statistics
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent
REPORT = BENCH.parent / "docs" / "BENCHMARKS.md"
BEGIN, END = "<!-- begin: bench/run.py {} -->\n", "<!-- end: bench/run.py {} -->\n"
MODULES = ("tasks", "locks", "echo", "http", "postgres", "files", "turns", "embedding")
PACKAGES = "python3 greenlet gevent uvloop cheroot waitress gunicorn psycopg2 asyncpg libuv".split()


def measure(benchmark, rounds):
    """For each round, for each peer, its figures by metric."""
    found = []
    for number in range(rounds):
        found.append({peer: run() for peer, run in benchmark.peers.items()})
        print(f"{benchmark.name}: round {number + 1}", file=sys.stderr)
    return found


def ratio(found, peer, metric, more_is_better):
    """How many times better greenhost is than a peer."""
    pairs = [(each["greenhost"][metric], each[peer][metric]) for each in found]
    return statistics.median(a / b if more_is_better else b / a for a, b in pairs)


def verdict(benchmark, peer, times, first):
    wanted = benchmark.wanted.get(peer) if first else None
    if wanted is None:
        return ""
    return f"{wanted:.2f}" + ("" if times >= wanted else " missed")


def table(benchmark, found):
    lines = [f"### {benchmark.name}\n\n{benchmark.about}\n\n"]
    lines.append("| | median | least | most | greenhost is better by | wanted |\n")
    lines.append("|---|---:|---:|---:|---:|---:|\n")
    for i, (metric, more_is_better) in enumerate(benchmark.metrics.items()):
        for peer in benchmark.peers:
            figures = sorted(each[peer][metric] for each in found)
            row = [f"{peer}, {metric}"]
            row += [f"{figure:,.2f}" for figure in (statistics.median(figures), figures[0])]
            row.append(f"{figures[-1]:,.2f}")
            if peer == "greenhost":
                row += ["", f"{benchmark.limit:g}" if i == 0 and benchmark.limit else ""]
            else:
                times = ratio(found, peer, metric, more_is_better)
                row += [f"{times:.2f}", verdict(benchmark, peer, times, i == 0)]
            lines.append("| " + " | ".join(row) + " |\n")
    return "".join(lines) + "\n"


def version(package):
    if package == "libuv":
        words = ["pkg-config", "--modversion", "libuv"]
    else:
        code = f"from importlib.metadata import version; print(version({package!r}))"
        words = ["/usr/bin/python3", "-c", code]
    if package == "python3":
        return platform.python_version()
    done = subprocess.run(words, capture_output=True, text=True)
    return done.stdout.split()[0] if done.returncode == 0 else "?"


def machine():
    text = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", text)
    load = os.getloadavg()[0]
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return (
        f"{model[1] if model else platform.machine()}, {os.cpu_count()} processors, "
        f"Linux {platform.release()}; {versions}. Load of the machine at the start: {load:.1f}.\n\n"
    )


def write(name, text):
    """Replace the part of the report that this module wrote, or add one."""
    report = REPORT.read_text()
    begin, end = BEGIN.format(name), END.format(name)
    part = begin + text + end
    if begin in report:
        before, rest = report.split(begin)
        report = before + part + rest.split(end)[1]
    else:
        report = report.rstrip("\n") + "\n\n" + part
    REPORT.write_text(report)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("greenhost")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_intermixed_args()
    sys.path.insert(0, str(BENCH))
    greenhost = os.path.abspath(options.greenhost)
    for name in options.names or MODULES:
        text = machine()
        for benchmark in importlib.import_module(f"rows.{name}").benchmarks(greenhost):
            text += table(benchmark, measure(benchmark, options.rounds))
        print(text, flush=True)
        if options.write:
            write(name, text)


if __name__ == "__main__":
    main()
