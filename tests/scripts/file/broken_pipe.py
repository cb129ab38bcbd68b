# SPDX-License-Identifier: MIT OR Apache-2.0
# Writing to a pipe that nobody reads any more fails, also for who waited for room in it.
# hooks: write
# expect: parked
# expect: BrokenPipeError
# expect: BrokenPipeError
import fcntl
import os

import greenhost

reader, writer = os.pipe()
os.write(writer, bytes(fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ)))
task = greenhost.spawn(os.write, writer, b"x")
greenhost.checkpoint()
print(task.state)
os.close(reader)
for blocked in (task, greenhost.spawn(os.write, writer, b"x")):
    try:
        blocked.result()
    except BrokenPipeError as error:
        print(type(error).__name__)
