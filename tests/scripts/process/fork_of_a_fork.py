# SPDX-License-Identifier: MIT OR Apache-2.0
# A child's task forks again; the grandchild works, and everyone is waited for.
# expect: grandchild slept
# expect: child: 4
# expect: parent: 5
import os
import sys
import time

import greenhost


def fork(body, code):
    pid = os.fork()
    if pid == 0:
        body()
        sys.stdout.flush()
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def grandchild():
    greenhost.spawn(time.sleep, 0.01).join()
    print("grandchild slept")


def child():
    others = [greenhost.spawn(time.sleep, 60) for _ in range(3)]
    greenhost.checkpoint()
    code = greenhost.spawn(fork, grandchild, 4).result()
    print("child:", code)
    assert [task.state for task in others] == ["parked"] * 3


other = greenhost.spawn(time.sleep, 60)
greenhost.checkpoint()
print("parent:", fork(child, 5))
other.cancel()
other.join()
