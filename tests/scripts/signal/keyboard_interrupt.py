# SPDX-License-Identifier: MIT OR Apache-2.0
# Ctrl-C raises KeyboardInterrupt in the main task: parked, computing, or while a task computes.
# expect: lock
# expect: queue
# expect: sleep
# expect: computing
# expect: a task computing
# expect: the thread's join
# expect: alone in a lock
import os
import queue
import signal
import threading
import time

import greenhost


def interrupt():
    os.kill(os.getpid(), signal.SIGINT)


def interrupted(what, wait, *arguments):
    greenhost.spawn(interrupt)
    try:
        wait(*arguments)
    except KeyboardInterrupt:
        print(what)


def compute():
    greenhost.checkpoint()
    while True:
        pass


def compute_until(event):
    interrupt()
    while not event.is_set():
        pass


signal.signal(signal.SIGINT, signal.default_int_handler)
lock = threading.Lock()
lock.acquire()
interrupted("lock", lock.acquire)
interrupted("queue", queue.Queue().get)
interrupted("sleep", time.sleep, 20)
interrupted("computing", compute)
event = threading.Event()
task = greenhost.spawn(compute_until, event)
try:
    task.join()
except KeyboardInterrupt:
    print("a task computing")
event.set()
task.join()
event.clear()
thread = threading.Thread(target=event.wait)
thread.start()
interrupted("the thread's join", thread.join)
event.set()
thread.join()
try:
    threading.Timer(0.01, interrupt).start()
    lock.acquire()
except KeyboardInterrupt:
    print("alone in a lock")
