# SPDX-License-Identifier: MIT OR Apache-2.0
# A sleep of 200 microseconds is not rounded to whole milliseconds: of many, some are short.
# expect: short
import time

from greenhost import spawn


def one() -> float:
    began = time.perf_counter()
    time.sleep(0.0002)
    return time.perf_counter() - began


def shortest() -> float:
    return min(one() for _ in range(500))


took = spawn(shortest).result()
print("short" if 0.0002 <= took < 0.00095 else f"{took * 1e6:.0f} microseconds")
