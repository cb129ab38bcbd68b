# SPDX-License-Identifier: MIT OR Apache-2.0
# Every way that C has to sleep parks: ten tasks sleep at the same time, and long enough.
# hooks: clock_nanosleep nanosleep usleep sleep
# expect: clock_nanosleep 0
# expect: clock_nanosleep, until 0
# expect: nanosleep 0
# expect: usleep 0
# expect: sleep 0
import ctypes
import time
from collections.abc import Callable

from greenhost import spawn

libc = ctypes.CDLL(None)
TASKS = 10
TIMER_ABSTIME = 1


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def until(seconds: float) -> Timespec:
    end = time.clock_gettime_ns(time.CLOCK_REALTIME) + round(seconds * 1e9)
    return Timespec(*divmod(end, 10**9))


def show(name: str, seconds: float, call: Callable[[], int]) -> None:
    events: list[str] = []

    def run() -> int:
        events.append("begins")
        result = call()
        events.append("ends")
        return result

    began = time.monotonic()
    results = {task.result() for task in [spawn(run) for _ in range(TASKS)]}
    took = time.monotonic() - began
    if took + 0.001 >= seconds and "ends" not in events[:TASKS]:
        print(name, *results)
    else:
        print(name, *results, f"took {took:.3f} s:", *events)


tenth = Timespec(0, 100_000_000)
show(
    "clock_nanosleep",
    0.1,
    lambda: libc.clock_nanosleep(1, 0, ctypes.byref(tenth), None),
)
show(
    "clock_nanosleep, until",
    0.1,
    lambda: libc.clock_nanosleep(0, TIMER_ABSTIME, ctypes.byref(until(0.1)), None),
)
show("nanosleep", 0.1, lambda: libc.nanosleep(ctypes.byref(tenth), None))
show("usleep", 0.1, lambda: libc.usleep(100_000))
show("sleep", 1, lambda: libc.sleep(1))
