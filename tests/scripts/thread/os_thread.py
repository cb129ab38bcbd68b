# SPDX-License-Identifier: MIT OR Apache-2.0
# os_thread() starts a thread that is none of the loop's, and threading knows it. What is started there
# is one too.
# options: --threads=tasks
# expect: in a thread: worker (1, 2) False True
# expect: and so is what it starts
# expect: tasks ran meanwhile: True
# expect: shared: [0, 1, 2]
import queue
import threading
import time

import greenhost


def is_hosted():
    try:
        greenhost.current_task()
    except RuntimeError:
        return False
    return True


def inner():
    print("and so is what it starts" if not is_hosted() else "a task")


def work(*args):
    me = threading.current_thread()
    print("in a thread:", me.name, args, is_hosted(), me in threading.enumerate())
    thread = threading.Thread(target=inner)
    thread.start()
    thread.join()
    blocking.wait()
    for i in range(3):
        items.put(i)


def tick():
    global ticks
    for _ in range(3):
        ticks += 1
        time.sleep(0.001)
    blocking.set()


ticks = 0
blocking, items = threading.Event(), queue.Queue()
thread = greenhost.os_thread(work, 1, 2, name="worker")
threading.Thread(target=tick).start()
shared = [items.get() for _ in range(3)]
thread.join()
print("tasks ran meanwhile:", ticks == 3)
print("shared:", shared)
