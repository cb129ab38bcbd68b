# SPDX-License-Identifier: MIT OR Apache-2.0
"""Start-up and work off the loop: greenhost beside python3, in turns, in one run.

    python3 startup.py build/greenhost

Each figure is the processor time of a whole process in milliseconds, the least of many runs, which
other load on the machine disturbs least.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON = "/usr/bin/python3"

READING = """
import os
for _ in range(20):
    for name in sorted(os.listdir("/usr/lib/python3.11")):
        if name.endswith(".py"):
            with open(os.path.join("/usr/lib/python3.11", name)) as file:
                for line in file: pass
"""
LIBRARY = """
import json, re, zlib
text = json.dumps([{"name": str(i), "value": i * 1.5} for i in range(20_000)])
for _ in range(4):
    json.loads(text)
    sorted(re.findall(r"[0-9]+", text))
    zlib.compress(text.encode())
"""

# name, code, runs, and by how much greenhost may exceed python3
WORKS = (
    ("start", "pass", 60, 1.15),
    ("start and import", "import asyncio, json, logging, socket, threading", 40, 1.15),
    ("count", "i = 0\nwhile i < 8_000_000: i += 1", 10, 1.02),
    ("calls", "def f(n): return n if n < 2 else f(n - 1) + f(n - 2)\nf(30)", 10, 1.02),
    ("dictionary", "d = {}\nfor i in range(1_000_000): d[str(i)] = i", 10, 1.02),
    ("json, re, zlib", LIBRARY, 10, 1.02),
    ("read files", READING, 10, 1.02),
)


def measure(program, script):
    """The processor time in milliseconds of one process."""
    process = subprocess.Popen([program, script], stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"startup: {program} {script} ended with {process.returncode}")
    return 1000 * (usage.ru_utime + usage.ru_stime)


def compare(programs, code, runs, directory):
    """The least time of each program, run in turns so that a busy moment meets them all."""
    script = directory / "work.py"
    script.write_text(code)
    times = [[measure(program, script) for program in programs] for _ in range(runs)]
    return [min(column) for column in zip(*times)]


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: startup.py build/greenhost")
    programs = (PYTHON, os.path.abspath(sys.argv[1]))
    print(f"{'':<18}{'python3':>10}{'greenhost':>12}{'ratio':>8}{'wanted':>8}")
    with tempfile.TemporaryDirectory(prefix="greenhost-startup-") as directory:
        for name, code, runs, wanted in WORKS:
            theirs, ours = compare(programs, code, runs, Path(directory))
            print(f"{name:<18}{theirs:>10.1f}{ours:>12.1f}{ours / theirs:>8.3f}{wanted:>8.2f}")


if __name__ == "__main__":
    main()
