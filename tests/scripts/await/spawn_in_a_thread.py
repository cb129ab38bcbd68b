# SPDX-License-Identifier: MIT OR Apache-2.0
"""What belongs to the loop's thread says so, in one line, when another thread calls it."""
# expect: spawn, Promise, current_task, tasks, dump, checkpoint, sleep, ops.sleep, cancel, cancel
# expect: this thread has no greenhost loop; call it from a task, on the thread that runs the program
# expect: nothing was cancelled: parked pending

import time

import greenhost
from greenhost import await_, ops, spawn

task, operation = spawn(time.sleep, 1000), ops.sleep(1000)
calls = {
    "spawn": lambda: spawn(int),
    "Promise": greenhost.Promise,
    "current_task": greenhost.current_task,
    "tasks": greenhost.tasks,
    "dump": greenhost.dump,
    "checkpoint": greenhost.checkpoint,
    "sleep": lambda: greenhost.sleep(1),
    "ops.sleep": lambda: ops.sleep(1),
    "cancel": task.cancel,
    "cancel ": operation.cancel,
}
messages = {}
for name, call in calls.items():
    try:
        await_(ops.work(call))
    except RuntimeError as error:
        messages.setdefault(str(error), []).append(name.strip())
for message, names in messages.items():
    print(", ".join(names))
    print(message)
print("nothing was cancelled:", task.state, "done" if operation.done() else "pending")
task.cancel()
task.join()
