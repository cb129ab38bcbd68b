# SPDX-License-Identifier: MIT OR Apache-2.0
"""Print a factorial through `echo`, in synchronous code that knows nothing of any event loop.

Under greenhost subprocess.run() parks the task, and the others go on:

    greenhost factorial_sync.py
"""

import subprocess
import sys


def print_fact(n: int, mult: int = 1) -> None:
    """Print the value of n factorial times mult."""
    if n <= 1:
        print_value(mult)
    else:
        print_fact(n - 1, mult * n)


def print_value(n: int) -> None:
    """Print a number, in an unreasonably convoluted way."""
    subprocess.run(f"echo {n}", shell=True, check=True)


def main() -> None:
    print_fact(int(sys.argv[1]) if len(sys.argv) > 1 else 10)


if __name__ == "__main__":
    main()
