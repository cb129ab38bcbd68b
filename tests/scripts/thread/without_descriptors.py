# SPDX-License-Identifier: MIT OR Apache-2.0
# Where the first thread can't be had, since the loop would need descriptors, start() says so as under
# python3, and the program goes on.
# options: --threads=tasks
# expect: RuntimeError: can't start new thread
# expect: 1 thread
# expect: a thread
import os
import resource
import threading

resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
taken = []
try:
    while True:
        taken.append(os.dup(0))
except OSError:
    pass
try:
    threading.Thread(target=print).start()
except RuntimeError as error:
    print(f"{type(error).__name__}: {error}")
print(threading.active_count(), "thread")
for descriptor in taken:
    os.close(descriptor)
thread = threading.Thread(target=print, args=["a thread"])
thread.start()
thread.join()
