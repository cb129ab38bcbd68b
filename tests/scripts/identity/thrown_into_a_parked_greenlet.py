# SPDX-License-Identifier: MIT OR Apache-2.0
# An exception thrown into a greenlet that is parked rises there at once; so does GreenletExit. A
# plain switch to it wakes nobody. Whoever threw or switched goes on afterwards.
# expect: KeyError in the sleep
# expect: GreenletExit in the lock
# expect: main goes on: done
# expect: woken by nobody: parked
# expect: done
import threading
import time

import greenlet

import greenhost

lock = threading.Lock()
lock.acquire()


def work():
    global parked
    parked = greenlet.getcurrent()
    try:
        time.sleep(20)
    except KeyError:
        print("KeyError in the sleep")
    try:
        lock.acquire()
    except greenlet.GreenletExit:
        print("GreenletExit in the lock")


def wait():
    global parked
    parked = greenlet.getcurrent()
    lock.acquire()


task = greenhost.spawn(work)
greenhost.checkpoint()
parked.throw(KeyError)
parked.throw()
print("main goes on:", task.state)
task = greenhost.spawn(wait)
greenhost.checkpoint()
parked.switch()
greenhost.checkpoint()
print("woken by nobody:", task.state)
lock.release()
task.join()
print(task.state)
