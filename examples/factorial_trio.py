# SPDX-License-Identifier: MIT OR Apache-2.0
"""Print a factorial through `echo`, in a Trio program whose middle layer is synchronous.

print_fact() is that of factorial_sync.py, to the letter: only the layers at the top and at the bottom
know that there is a loop.

    greenhost factorial_trio.py
"""

import sys

import trio  # type: ignore[import]

import greenhost


def print_fact(n: int, mult: int = 1) -> None:
    """Print the value of n factorial times mult."""
    if n <= 1:
        print_value(mult)
    else:
        print_fact(n - 1, mult * n)


def print_value(n: int) -> None:
    """Print a number, in an unreasonably convoluted way."""
    greenhost.await_(trio.run_process(f"echo {n}", shell=True))


async def main() -> None:
    await greenhost.ensure_portal()
    print_fact(int(sys.argv[1]) if len(sys.argv) > 1 else 10)


if __name__ == "__main__":
    trio.run(main)
