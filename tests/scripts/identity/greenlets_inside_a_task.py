# SPDX-License-Identifier: MIT OR Apache-2.0
# A task whose greenlets park: what goes on is the greenlet that parked, not the task's first one.
# expect: inner 1
# expect: outer 1
# expect: inner 2
# expect: outer 2
# expect: ['inner done', 'outer done']
import time

import greenlet

import greenhost


def inner():
    print("inner 1")
    time.sleep(0.001)
    outer_greenlet.switch()
    print("inner 2")
    time.sleep(0.001)
    return "inner done"


def outer():
    global outer_greenlet
    outer_greenlet = greenlet.getcurrent()
    child = greenlet.greenlet(inner)
    child.switch()
    print("outer 1")
    time.sleep(0.001)
    result = child.switch()
    print("outer 2")
    return [result, "outer done"]


other = greenhost.spawn(lambda: [time.sleep(0.0005) for _ in range(10)])
print(greenhost.spawn(outer).result())
other.join()
