# SPDX-License-Identifier: MIT OR Apache-2.0
# When a task ends, Python keeps nothing of the thread that it took it for.
# expect: while they run: 4 threads
# expect: threading's table as before: True
# expect: thread-locals dropped in the task: 3
# expect: no task object left: True
import gc
import threading
import weakref

import greenhost

local = threading.local()
dropped = []


class Noisy:
    def __del__(self):
        dropped.append(threading.get_ident())


def work():
    local.noisy = Noisy()
    threading.current_thread()
    greenhost.checkpoint()
    return threading.get_ident()


before = len(threading._active)
tasks = [greenhost.spawn(work) for _ in range(3)]
greenhost.checkpoint()
print("while they run:", threading.active_count(), "threads")
idents = [task.result() for task in tasks]
print("threading's table as before:", len(threading._active) == before)
print("thread-locals dropped in the task:", sum(a == b for a, b in zip(dropped, idents)))
references = [weakref.ref(task) for task in tasks]
del tasks
greenhost.checkpoint()
gc.collect()
print("no task object left:", not any(reference() for reference in references))
