# SPDX-License-Identifier: MIT OR Apache-2.0
"""wait_process() gives the exit code as Popen does, and reaps the child if it is waited for."""
# expect: 0 7 -9
# expect: ticks went on
# expect: reaped
# expect: one of two gets it: ['3', '[Errno 10] No child processes']
# expect: dropped: 5
# expect: ChildProcessError
# expect: ValueError
# expect: no descriptor left

import gc
import os
import time

from greenhost import await_, ops, spawn


def child(code, killed=False):
    pid = os.fork()
    if pid == 0:
        if killed:
            os.kill(os.getpid(), 9)
        time.sleep(0.02)
        os._exit(code)
    return pid


await_(ops.sleep(0))  # the loop opens its descriptors with the first operation
before = len(os.listdir("/proc/self/fd"))
ticks = spawn(lambda: [time.sleep(0.005) for _ in range(3)])
pids = [child(0), child(7), child(0, killed=True)]
print(*[await_(operation) for operation in [ops.wait_process(pid) for pid in pids]])
ticks.result()
print("ticks went on")
try:
    os.waitpid(pids[0], 0)
except ChildProcessError:
    print("reaped")

pid = child(3)
both = [ops.wait_process(pid), ops.wait_process(pid)]
outcomes = [operation.exception() or operation.result() for operation in both]
print("one of two gets it:", sorted(map(str, outcomes)))

pid = child(5)
operation = ops.wait_process(pid)
del operation
print("dropped:", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

for wrong in (os.getppid(), 0):
    try:
        ops.wait_process(wrong)
    except (ChildProcessError, ValueError) as error:
        print(type(error).__name__)
del both, outcomes
gc.collect()
if len(os.listdir("/proc/self/fd")) <= before:
    print("no descriptor left")
