# SPDX-License-Identifier: MIT OR Apache-2.0
"""A signal handler runs while the main task is in await_(), and what it raises comes out there."""
# expect: handler
# expect: KeyboardInterrupt
# expect: the operation goes on: finished
# expect: in a coroutine: KeyboardInterrupt

import os
import signal
import time

from greenhost import await_, ops

signal.signal(signal.SIGUSR1, lambda *_: print("handler"))


def send(*signals):
    for signum in signals:
        time.sleep(0.02)
        os.kill(os.getpid(), signum)
    return "finished"


operation = ops.work(send, signal.SIGUSR1, signal.SIGINT)
try:
    await_(operation)
    await_(ops.sleep(100))
except KeyboardInterrupt:
    print("KeyboardInterrupt")
print("the operation goes on:", operation.result())


async def waits():
    try:
        await ops.sleep(100)
    except KeyboardInterrupt:
        return "KeyboardInterrupt"


sending = ops.work(send, signal.SIGINT)
print("in a coroutine:", await_(waits()))
sending.result()
