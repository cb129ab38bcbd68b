# SPDX-License-Identifier: MIT OR Apache-2.0
# A thousand tasks sleep at once, and wake in the order of their deadlines.
# expect: together
# expect: in order
import ctypes
import time

from greenhost import spawn

began = time.monotonic()
for task in [spawn(time.sleep, 0.2) for _ in range(1000)]:
    task.join()
took = time.monotonic() - began
print("together" if 0.2 <= took < 100 else f"{took:.2f} s")

woken: list[int] = []
TIMER_ABSTIME = 1
libc, now = ctypes.CDLL(None), time.clock_gettime_ns(time.CLOCK_MONOTONIC)


def sleeper(number: int) -> None:
    when = (ctypes.c_long * 2)(*divmod(now + number * 20_000_000, 10**9))
    libc.clock_nanosleep(time.CLOCK_MONOTONIC, TIMER_ABSTIME, when, None)
    woken.append(number)


tasks = [spawn(sleeper, number) for number in (5, 1, 4, 2, 3)]
for task in tasks:
    task.join()
print("in order" if woken == [1, 2, 3, 4, 5] else woken)
