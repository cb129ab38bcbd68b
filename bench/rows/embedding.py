# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a program's own calls cost it outside tasks: linked with the library, and not."""

import subprocess
from pathlib import Path

from rows import MEASURED, Benchmark

METRICS = {"ns a recv": False, "ns a poll": False, "ns a read": False}


def calls(*command):
    def run():
        words = [*MEASURED, *map(str, command)]
        done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)
        return dict(zip(METRICS, map(float, done.stdout.split())))

    return run


def benchmarks(greenhost):
    built = Path(greenhost).parent / "bench"
    return [
        Benchmark(
            "A call outside tasks",
            "A C program's own calls that need not wait, each libc's in the end: `greenhost` has a host "
            "open on that thread.",
            METRICS,
            {
                "greenhost": calls(built / "embedding", "host"),
                "linked, no host": calls(built / "embedding"),
                "not linked": calls(built / "embedding-alone"),
            },
        )
    ]
