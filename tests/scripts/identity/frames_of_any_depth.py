# SPDX-License-Identifier: MIT OR Apache-2.0
# A task begins with little room for frames. It has as many as a thread, in whatever order they come
# and go, and what outlives them is whole.
# expect: depths: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
# expect: deep: 900
# expect: wide: 4950
# expect: locals of frames that are gone: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
# expect: a generator: [0, 1, 3, 6, 10]
# expect: a greenlet inside: 500
import itertools
import time

import greenlet

import greenhost


def descend(depth, last):
    return descend(depth - 1, last) if depth else last()


def count(depth):
    return 1 + count(depth - 1) if depth else 0


def wide(*args):
    a = b = c = d = e = f = g = h = args
    return descend(5, lambda: sum(map(lambda *each: each[0], a, b, c, d, e, f, g, h)))


def fail(depth):
    local = depth
    return fail(depth - 1) if depth else local // 0


def depth_of_each_frame():
    try:
        fail(9)
    except ZeroDivisionError as error:
        trace = error.__traceback__.tb_next
    count(100)
    found = []
    while trace:
        found.append(trace.tb_frame.f_locals["local"])
        trace = trace.tb_next
    return found[::-1]


def sums():
    total = 0
    for i in itertools.count():
        total += i
        count(10)
        time.sleep(0)
        yield total


def inside():
    return greenlet.greenlet(lambda: count(500)).switch()


def parked_at(depth):
    descend(depth, lambda: time.sleep(0.01))
    return depth


def run(function, *args):
    return greenhost.spawn(function, *args).result()


tasks = [greenhost.spawn(parked_at, depth) for depth in range(20)]
print("depths:", [task.result() for task in tasks])
print("deep:", run(count, 900))
print("wide:", run(wide, *range(100)))
print("locals of frames that are gone:", run(depth_of_each_frame))
print("a generator:", run(lambda: list(itertools.islice(sums(), 5))))
print("a greenlet inside:", run(inside))
