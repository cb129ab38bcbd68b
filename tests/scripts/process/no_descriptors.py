# SPDX-License-Identifier: MIT OR Apache-2.0
# With no descriptor left for a pidfd, waiting for a child still works.
# hooks: waitpid
# expect: main goes on
# expect: 3
import os
import resource

import greenhost

r, w = os.pipe()
os.set_inheritable(r, True)
greenhost.spawn(int).join()
pid = os.posix_spawn("/bin/sh", ["sh", "-c", f"read x </dev/fd/{r}; exit 3"], {})
os.close(r)
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
taken = []
try:
    while True:
        taken.append(os.dup(w))
except OSError:
    pass


def wait():
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


task = greenhost.spawn(wait)
greenhost.checkpoint()
print("main goes on")
for fd in taken:
    os.close(fd)
os.close(w)
task.join()
