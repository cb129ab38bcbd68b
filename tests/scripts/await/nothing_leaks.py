# SPDX-License-Identifier: MIT OR Apache-2.0
"""20,000 tasks, promises and operations of each kind leave no memory and no descriptor behind."""
# measures: memory
# expect: tasks: flat
# expect: promises: flat
# expect: operations: flat
# expect: cancelled: flat
# expect: dropped: flat
# expect: coroutines: flat
# expect: errors: flat

import gc
import os
import signal
import sys
import time

import greenhost
from greenhost import await_, ops, spawn

reader, writer = os.pipe()
other, full = os.pipe()


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def measure():
    time.sleep(0.01)
    gc.collect()
    return sys.getallocatedblocks(), resident(), len(os.listdir("/proc/self/fd"))


def flat(name, many, step):
    """Whether doing it `many` times costs no more than doing it a tenth as often."""
    for _ in range(many // 10):
        step()
    before = measure()
    for _ in range(many):
        step()
    after = measure()
    blocks, size, descriptors = (b - a for a, b in zip(before, after))
    grown = blocks > 500 or size > 2 << 20 or descriptors > 0
    print(f"{name}: {(blocks, size, descriptors) if grown else 'flat'}")


def fail(error):
    raise error


def tasks():
    for task in [spawn(time.sleep, 0) for _ in range(20)]:
        task.join()


def promises():
    promise = greenhost.Promise()
    waiting = spawn(await_, promise)
    time.sleep(0)
    promise.set_result(1)
    waiting.join()


def start_all():
    return [
        ops.sleep(100),
        ops.readable(reader),
        ops.signal(signal.SIGUSR1),
        ops.wait_process(child),
        ops.work(int, "7"),
    ]


def operations():
    await_(ops.sleep(0))
    await_(ops.writable(writer))
    await_(ops.work(int, "7"))


def cancelled():
    for operation in start_all():
        operation.cancel()


async def coroutine():
    await ops.sleep(0)


def errors():
    for outcome in (spawn(fail, ValueError()), ops.work(fail, ValueError())):
        try:
            await_(outcome)
        except ValueError:
            pass


child = os.posix_spawn("/bin/cat", ["cat"], {}, file_actions=[(os.POSIX_SPAWN_DUP2, other, 0)])
flat("tasks", 1_000, tasks)
flat("promises", 20_000, promises)
flat("operations", 7_000, operations)
flat("cancelled", 4_000, cancelled)
flat("dropped", 4_000, start_all)
flat("coroutines", 10_000, lambda: await_(coroutine()))
flat("errors", 5_000, errors)
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
