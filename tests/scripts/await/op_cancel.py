# SPDX-License-Identifier: MIT OR Apache-2.0
"""A cancelled operation raises Cancelled in all that wait for it, now or later."""
# expect: sleep True Cancelled cancelled
# expect: readable True Cancelled cancelled
# expect: signal True Cancelled cancelled
# expect: wait_process True Cancelled cancelled
# expect: work True Cancelled cancelled
# expect: a second time: False
# expect: work that has begun goes on: ['begun', 'ended']
# expect: work that has not begun never does: []
# expect: done is done: False 7

import os
import signal
import subprocess
import threading
import time

from greenhost import Cancelled, await_, ops, spawn

reader, writer = os.pipe()
child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
held = threading.Lock()
held.acquire()
operations = {
    "sleep": ops.sleep(100),
    "readable": ops.readable(reader),
    "signal": ops.signal(signal.SIGUSR1),
    "wait_process": ops.wait_process(child.pid),
    "work": ops.work(held.acquire),
}


def wait(name, operation):
    try:
        await_(operation)
    except Cancelled as error:
        print(name, operation.done(), type(error).__name__, repr(operation).split()[-1][:-1])


for name, operation in operations.items():
    waiting = spawn(wait, name, operation)
    time.sleep(0)
    operation.cancel()
    waiting.join()
print("a second time:", operations["sleep"].cancel())
held.release()
child.communicate()

seen, go = [], threading.Event()


def step():
    seen.append("begun")
    go.wait()
    seen.append("ended")


operation = ops.work(step)
while not seen:
    time.sleep(0.001)
operation.cancel()
go.set()
while len(seen) < 2:
    time.sleep(0.001)
print("work that has begun goes on:", seen)

never, go = [], threading.Event()
full = [ops.work(go.wait) for _ in range(4)]
operation = ops.work(never.append, 1)
operation.cancel()
go.set()
for each in full:
    await_(each)
print("work that has not begun never does:", never)

operation = ops.work(int, "7")
await_(operation)
print("done is done:", operation.cancel(), operation.result())
