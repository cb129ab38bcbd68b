# SPDX-License-Identifier: MIT OR Apache-2.0
# A signal from outside while the loop polls: the handler runs in the main task, wherever that is
# parked, and what main waits for goes on.
# expect: sleep: handled, then slept
# expect: lock: handled, then acquired
# expect: join: handled, then joined
# expect: recv: handled, then received
import os
import signal
import socket
import threading
import time

import greenhost

log = []
left, right = socket.socketpair()
other, lock, promise = threading.Lock(), threading.Lock(), greenhost.Promise()
other.acquire()
lock.acquire()


def on_signal(number, frame):
    log.append("handled")
    finish()


def sleep():
    while not log:
        time.sleep(0.1)


def park(what, wait, then, done):
    global finish
    finish = then
    threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGUSR1)).start()
    wait()
    print(f"{what}: {log.pop()}, then {done}")


signal.signal(signal.SIGUSR1, on_signal)
task = greenhost.spawn(other.acquire)
park("sleep", sleep, lambda: None, "slept")
park("lock", lock.acquire, lock.release, "acquired")
park("join", promise.join, lambda: promise.set_result(None), "joined")
park("recv", lambda: right.recv(1), lambda: left.send(b"x"), "received")
other.release()
task.join()
