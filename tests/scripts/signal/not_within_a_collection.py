# SPDX-License-Identifier: MIT OR Apache-2.0
# No task comes between what the garbage collector does, whose lists begin on the stack; nor is the signal lost.
# expect: collecting, collected, handler
import gc
import signal
import weakref

import greenhost

order = []


class Cycle:
    def __init__(self):
        self.me = self


def collected(_):
    order.append("collecting")
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    while signal.getitimer(signal.ITIMER_REAL)[0] > 0:
        pass
    for _ in range(1000):
        pass
    order.append("collected")


def compute():
    cycle = Cycle()
    watch = weakref.ref(cycle, collected)
    del cycle
    gc.collect()
    while "handler" not in order:
        pass
    del watch


signal.signal(signal.SIGALRM, lambda *_: order.append("handler"))
greenhost.spawn(compute).join()
print(*order, sep=", ")
