# SPDX-License-Identifier: MIT OR Apache-2.0
# A task may park wherever C calls back into Python: in a sort's key, a C callback, __del__, a weak
# reference's callback, a collection.
# expect: key: [1, 2, 3]
# expect: callback: [1, 2, 3]
# expect: __del__: slept
# expect: weakref: slept
# expect: gc: slept
import ctypes
import gc
import time
import weakref

import greenhost

libc = ctypes.CDLL(None)
log = []


def nap():
    time.sleep(0.001)


def by_key():
    return sorted([3, 1, 2], key=lambda item: nap() or item)


@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
def compare(one, other):
    nap()
    return one[0] - other[0]


def by_callback():
    numbers = (ctypes.c_int * 3)(3, 1, 2)
    libc.qsort(numbers, 3, 4, compare)
    return list(numbers)


class Sleepy:
    def __del__(self):
        nap()
        log.append("slept")


def by_del():
    Sleepy()
    return log.pop()


def by_weakref():
    class Target:
        pass

    target = Target()
    reference = weakref.ref(target, lambda _: nap() or log.append("slept"))
    del target
    return log.pop()


def by_gc():
    sleepy = Sleepy()
    sleepy.cycle = sleepy
    del sleepy
    gc.collect()
    return log.pop()


for what, work in {
    "key": by_key,
    "callback": by_callback,
    "__del__": by_del,
    "weakref": by_weakref,
    "gc": by_gc,
}.items():
    tasks = [greenhost.spawn(nap), greenhost.spawn(work), greenhost.spawn(nap)]
    for task in tasks:
        task.join()
    print(what + ":", tasks[1].result())
