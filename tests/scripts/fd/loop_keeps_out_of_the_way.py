# SPDX-License-Identifier: MIT OR Apache-2.0
# The program's descriptors have the numbers they have under python3; a child can be given one as
# number 3; and what a program opens after it has closed everything is there in its children.
# expect: [3, 4, 5]
# expect: passed as 3
# expect: the child has what the parent has
import os
import subprocess
import sys

import greenhost

os.closerange(3, 100)
opened = [os.open(os.devnull, os.O_RDONLY) for _ in range(20)]
print(opened[:3])

reader, writer = os.pipe()
for fd in opened[:3]:
    os.close(fd)
subprocess.run(
    ["sh", "-c", "echo passed as 3 >&3"], preexec_fn=lambda: os.dup2(writer, 3), pass_fds=[3]
)
sys.stdout.write(os.read(reader, 100).decode())
sys.stdout.flush()


def identities():
    return [os.fstat(fd)[:2] for fd in opened[3:]]


mine = identities()
child = os.fork()
if child == 0:
    same = identities() == mine and greenhost.spawn(identities).result() == mine
    print("the child has", "what the parent has" if same else "lost something", flush=True)
    os._exit(0)
os.waitpid(child, 0)
