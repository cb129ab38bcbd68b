# SPDX-License-Identifier: MIT OR Apache-2.0
"""A signal's handler comes between two bytecodes of a task, and no other cooperative task does.

The other one is a call of C, which has no bytecode at which it could be made to give way at once.
"""
# expect: begin, handler, end, other

import signal

import greenhost

order = []


def compute():
    order.append("begin")
    signal.setitimer(signal.ITIMER_REAL, 0.001)
    while "handler" not in order:
        pass
    order.append("end")


signal.signal(signal.SIGALRM, lambda *_: order.append("handler"))
tasks = [greenhost.spawn(compute), greenhost.spawn(order.append, "other")]
for task in tasks:
    task.join()
print(*order, sep=", ")
