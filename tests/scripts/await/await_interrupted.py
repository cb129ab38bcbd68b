# SPDX-License-Identifier: MIT OR Apache-2.0
"""A signal handler runs while the main task is in await_(), and what it raises comes out there."""
# expect: handler
# expect: KeyboardInterrupt
# expect: the operation goes on: finished
# expect: in a coroutine: KeyboardInterrupt

import os
import signal
import threading

from greenhost import await_, checkpoint, ops, spawn

handled = []
signal.signal(signal.SIGUSR1, lambda *_: handled.append(print("handler")))


def send():
    """Runs once the main task waits."""
    os.kill(os.getpid(), signal.SIGUSR1)
    while not handled:
        checkpoint()
    os.kill(os.getpid(), signal.SIGINT)


gate = threading.Event()
operation = ops.work(lambda: gate.wait() and "finished")
spawn(send)
try:
    await_(operation)
except KeyboardInterrupt:
    print("KeyboardInterrupt")
gate.set()
print("the operation goes on:", operation.result())


async def waits():
    try:
        await ops.sleep(100)
    except KeyboardInterrupt:
        return "KeyboardInterrupt"


spawn(os.kill, os.getpid(), signal.SIGINT)
print("in a coroutine:", await_(waits()))
