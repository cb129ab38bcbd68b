# SPDX-License-Identifier: MIT OR Apache-2.0
"""The benchmarks, a module for each group: `benchmarks(greenhost)` returns them."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Callable

PYTHON = "/usr/bin/python3"
# What is measured runs on one processor, what loads it on the other.
MEASURED, OTHER = ("taskset", "-c", "0"), ("taskset", "-c", "1")
if (os.cpu_count() or 1) < 2:
    MEASURED = OTHER = ()


@dataclass
class Benchmark:
    """Peers doing the same work, of which greenhost is one."""

    name: str
    about: str
    metrics: dict[str, bool]  # the first is what counts; whether more is better
    peers: dict[str, Callable[[], dict[str, float]]]
    wanted: dict[str, float] = field(default_factory=dict)  # how many times better than a peer
    limit: float = 0  # what greenhost's own figure should not exceed; 0: none


def processor_time(pid: int) -> float:
    """Seconds that a process has run, all its threads: by the clock that Linux has for each."""
    return time.clock_gettime(~pid << 3 | 2)


def figure(words: list[str], code: str, metric: str) -> Callable[[], dict[str, float]]:
    """Runs a script that prints one number."""

    def run():
        done = subprocess.run([*words, "-c", code], stdout=subprocess.PIPE, text=True)
        if done.returncode != 0:
            sys.exit(f"{words} ended with {done.returncode} in: {code}")
        return {metric: float(done.stdout.split()[0])}

    return run


def scripts(greenhost: str, metric: str, codes: dict[str, str], pinned: bool = True) -> dict:
    """The peers' scripts; greenhost's own runs under greenhost, the others under python3.  OS threads
    that are pinned to one processor are spared what they cost elsewhere."""

    def command(peer):
        program = greenhost if peer.startswith("greenhost") else PYTHON
        return [*MEASURED, program] if pinned else [program]

    return {peer: figure(command(peer), code, metric) for peer, code in codes.items()}
