# SPDX-License-Identifier: MIT OR Apache-2.0
"""An exception that nobody has asked for is reported when the task is dropped, in a cycle too."""
# expect: joined True
# expect: collected
# expect: seen, cancelled and exit are not reported
# expect-stderr: (?s)^greenhost: the exception of <Task lost: done> was never retrieved:\nTraceback.*in fail\n    raise error\nValueError: lost\ngreenhost: the exception of <Promise at 0x[0-9a-f]+: failed> was never retrieved:\nValueError: promised\ngreenhost: the exception of <Task cycle: done> was never retrieved:\nTraceback .*ValueError: cycle\n$

import gc
import sys
import time

import greenhost
from greenhost import spawn


def fail(error, *_):
    raise error


task = spawn(fail, ValueError("lost"), name="lost")
print("joined", task.join())
del task

promise = greenhost.Promise()
promise.set_exception(ValueError("promised"))
del promise

error = ValueError("cycle")
error.task = spawn(fail, error, name="cycle")
error.task.join()
del error
gc.collect()
print("collected")

seen = spawn(fail, ValueError("seen"))
seen.exception()
cancelled = spawn(time.sleep, 10)
time.sleep(0)
cancelled.cancel()
cancelled.join()
left = spawn(sys.exit, 4)
left.join()
del seen, cancelled, left
gc.collect()
print("seen, cancelled and exit are not reported")
