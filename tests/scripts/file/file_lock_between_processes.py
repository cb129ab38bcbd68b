# SPDX-License-Identifier: MIT OR Apache-2.0
# A record lock of another process is waited for, and cancelled where it is.
# hooks: fcntl64
# expect: cancelled
# expect: parked
# expect: locked
import fcntl
import os

import greenhost

file = open("lock", "w+")
to_child, from_child = os.pipe(), os.pipe()
child = os.fork()
if child == 0:
    fcntl.lockf(file, fcntl.LOCK_EX)
    os.write(from_child[1], b"locked")
    os.read(to_child[0], 1)
    os._exit(0)
os.read(from_child[0], 6)

task = greenhost.spawn(fcntl.lockf, file, fcntl.LOCK_EX)
greenhost.checkpoint()
task.cancel()
try:
    task.result()
except greenhost.Cancelled:
    print("cancelled")

task = greenhost.spawn(fcntl.lockf, file, fcntl.LOCK_EX)
greenhost.checkpoint()
print(task.state)
os.write(to_child[1], b"x")
task.result()
print("locked")
os.waitpid(child, 0)
