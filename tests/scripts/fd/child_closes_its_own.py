# SPDX-License-Identifier: MIT OR Apache-2.0
# What a child closes, after fork or vfork, concerns its own descriptors and no task of the parent.
# hooks: close_range close
# expect: b'fork'
# expect: b'vfork'
import os
import subprocess

import greenhost


def waiting():
    reader, writer = os.pipe()
    task = greenhost.spawn(os.read, reader, 10)
    greenhost.checkpoint()
    return task, reader, writer


task, reader, writer = waiting()
child = os.fork()
if child == 0:
    os.close(reader)
    os.closerange(3, 1000)
    os._exit(0)
os.waitpid(child, 0)
os.write(writer, b"fork")
print(task.result())

task, reader, writer = waiting()
subprocess.run(["true"], close_fds=True)
os.write(writer, b"vfork")
print(task.result())
