# SPDX-License-Identifier: MIT OR Apache-2.0
# A deadline that is stopped in time leaves the timer set; it goes off for nobody, and the next
# deadline must be set all the same.
# expect: taken before its time-out
# expect: the timer has gone off
# expect: slept
import subprocess
import threading
import time

from greenhost import ops, spawn

lock = threading.Lock()
lock.acquire()


def take() -> None:
    if lock.acquire(timeout=2):
        print("taken before its time-out")
    subprocess.run(["sleep", "2.1"])
    print("the timer has gone off")
    time.sleep(0.01)  # nothing else makes the loop turn
    print("slept")


def release() -> None:
    ops.work(int).join()  # the loop polls meanwhile, and sets the timer
    lock.release()


task = spawn(take)
spawn(release)
task.join()
