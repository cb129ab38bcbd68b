# SPDX-License-Identifier: MIT OR Apache-2.0
"""A call in a thread of its own is interrupted when there is no room for one more deadline."""

import ctypes
import fcntl
import time

import greenhost

# How many deadlines there is room for at first.
ROOM = 64

host = ctypes.CDLL(None)
sleepers = [greenhost.spawn(time.sleep, 1000) for _ in range(ROOM)]
greenhost.checkpoint()
with open("file", "w") as ours, open("file") as theirs:
    fcntl.flock(ours, fcntl.LOCK_EX)
    host.fault_arm()
    task = greenhost.spawn(fcntl.flock, theirs, fcntl.LOCK_EX)
    greenhost.checkpoint()
    task.cancel()
    turns = 0
    while not task.done():
        greenhost.checkpoint()
        turns += 1
    host.fault_disarm()
print(type(task.exception()).__name__)
print("others ran:", turns > 0)
for sleeper in sleepers:
    sleeper.cancel()
    sleeper.join()
