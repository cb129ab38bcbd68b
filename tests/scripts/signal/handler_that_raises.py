# SPDX-License-Identifier: MIT OR Apache-2.0
# What a handler raises leaves the call that main was parked in; the tasks know nothing of it.
# expect: main: lock
# expect: main: join
# expect: main: sleep
# expect: main: recv
# expect: task: True
import os
import signal
import socket
import threading
import time

import greenhost


class Alarm(Exception):
    pass


def on_signal(number, frame):
    raise Alarm


def kill():
    os.kill(os.getpid(), signal.SIGUSR1)


def interrupted(what, wait, *arguments):
    greenhost.spawn(kill)
    try:
        wait(*arguments)
    except Alarm:
        print("main:", what)


signal.signal(signal.SIGUSR1, on_signal)
lock, ends = threading.Lock(), socket.socketpair()
lock.acquire()
task = greenhost.spawn(lock.acquire)
interrupted("lock", lock.acquire)
interrupted("join", task.join)
interrupted("sleep", time.sleep, 20)
interrupted("recv", ends[0].recv, 1)
lock.release()
print("task:", task.result())
