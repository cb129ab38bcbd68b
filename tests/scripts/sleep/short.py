# SPDX-License-Identifier: MIT OR Apache-2.0
# A sleep of 200 microseconds is not rounded to whole milliseconds: of many, most are short.
# expect: short
import statistics
import time

from greenhost import spawn


def one() -> float:
    began = time.perf_counter()
    time.sleep(0.0002)
    return time.perf_counter() - began


def several() -> list[float]:
    return [one() for _ in range(50)]


took = statistics.median(spawn(several).result())
print("short" if 0.0002 <= took < 0.00095 else f"{took * 1e6:.0f} microseconds")
