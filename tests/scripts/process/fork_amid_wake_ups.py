# SPDX-License-Identifier: MIT OR Apache-2.0
# A fork while the loop has yet to hear of a thread: the child's loop is woken all the same, for a
# lock that another thread releases and for work that uv's threads have done.
# expect: child: released
# expect: child: 42
# expect: parent: 3
# expect: parent: 0
import os
import threading
import time

import greenhost
from greenhost import ops

finished = []
task = greenhost.spawn(finished.append, "task")
work = ops.work(finished.append, "work")
while not finished:
    pass
until = time.monotonic() + 0.05
while time.monotonic() < until:
    pass  # now it must be on its way, and nobody has parked yet

pid = os.fork()
if pid == 0:
    lock = threading.Lock()
    lock.acquire()
    threading.Timer(0.05, lock.release).start()
    lock.acquire()
    print("child: released", flush=True)
    print("child:", greenhost.await_(ops.work(sum, [20, 22])), flush=True)
    os._exit(3)
print("parent:", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
greenhost.await_(work)
task.join()
print("parent:", len(finished) - 2)
