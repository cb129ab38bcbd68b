# SPDX-License-Identifier: MIT OR Apache-2.0
# What a child's loop watches, and forgets when it closes its copies, is not the business of the
# parent's loop: tasks of the parent that wait for the same descriptors are still woken.
# expect: child: timed out
# expect: child: closed
# expect: parent: parked
# expect: parent: polled
import os
import select
import sys

import greenhost

r, w = os.pipe()


def poll(who, seconds):
    poller = select.poll()
    poller.register(r, select.POLLIN)
    print(f"{who}:", "polled" if poller.poll(seconds) else "timed out")


def in_child():
    greenhost.spawn(poll, "child", 10).join()
    os.close(r)
    os.close(w)
    print("child: closed")
    sys.stdout.flush()
    os._exit(0)


task = greenhost.spawn(poll, "parent", None)
greenhost.checkpoint()
pid = os.fork()
if pid == 0:
    in_child()
os.waitpid(pid, 0)
print("parent:", task.state)
os.write(w, b"x")
task.join()
