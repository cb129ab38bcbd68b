# SPDX-License-Identifier: MIT OR Apache-2.0
# A task that switches to the greenlet in which another one began, while that one waits in a greenlet
# it made, runs what is not its own. When that ends, the wait is ended, the task is done, and the one
# that switched gets greenlet.error, as a thread would; also when it has waited there.
# expect: inner: GreenletExit
# expect: switcher: cannot switch to a greenlet of another task
# expect: first is done: went on with 1
# expect: inner: GreenletExit
# expect: switcher: cannot switch to a greenlet of another task
# expect: first is done: went on with 1 after a sleep
import threading
import time

import greenlet

import greenhost

lock = threading.Lock()
lock.acquire()


def wait():
    try:
        lock.acquire()
    except greenlet.GreenletExit:
        print("inner: GreenletExit")
        raise


def begin(sleeps):
    global first
    first = greenlet.getcurrent()
    value = greenlet.greenlet(wait).switch()
    if not sleeps:
        return f"went on with {value}"
    time.sleep(0.001)
    return f"went on with {value} after a sleep"


def switch():
    try:
        first.switch(1)
        print("switcher: goes on")
    except greenlet.error as error:
        print("switcher:", error)


for sleeps in (False, True):
    task = greenhost.spawn(begin, sleeps)
    greenhost.checkpoint()
    switcher = greenhost.spawn(switch)
    switcher.join()
    print("first is done:", task.result())
