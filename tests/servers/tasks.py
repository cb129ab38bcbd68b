# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the client programs have in common: they are run by greenhost, and make tasks."""

import sys
import time

from greenhost import spawn

COUNT = 50


def all_at_once(work, seconds):
    """Call work(0) to work(49), each in a task, and each waiting `seconds` for others to do theirs.

    Prints how long that took and how long it would take in turn; returns what they returned.
    """
    start = time.monotonic()
    answers = [task.result(50) for task in [spawn(work, n) for n in range(COUNT)]]
    print(f"{COUNT} tasks in {time.monotonic() - start:.2f} s, in turn {COUNT * seconds:.1f} s")
    return answers


def cancel_at_once(task):
    """Cancel a task that would wait for 20 s, and print what it ends with before half of them are over."""
    task.cancel()
    print(type(task.exception(10)).__name__)


def run_client(parts):
    """The main program of a client: call the function that the command line names."""
    parts[sys.argv[1]](*sys.argv[2:])
