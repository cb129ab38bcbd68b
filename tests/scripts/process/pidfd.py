# SPDX-License-Identifier: MIT OR Apache-2.0
# waitid(P_PIDFD) waits for the process behind a descriptor, which stays the program's; one that is
# non-blocking keeps its EAGAIN.
# hooks: waitid
# expect: main goes on
# expect: 4 True
# expect: EAGAIN
import errno
import os

import greenhost

r, w = os.pipe()
os.set_inheritable(r, True)
pid = os.posix_spawn("/bin/sh", ["sh", "-c", f"read x </dev/fd/{r}; exit 4"], {})
os.close(r)
fd = os.pidfd_open(pid)


def wait():
    info = os.waitid(os.P_PIDFD, fd, os.WEXITED)
    os.fstat(fd)
    print(info.si_status, info.si_pid == pid)


def wait_nonblocking():
    child = os.posix_spawn("/bin/sleep", ["sleep", "60"], {})
    descriptor = os.pidfd_open(child, os.O_NONBLOCK)
    try:
        os.waitid(os.P_PIDFD, descriptor, os.WEXITED)
    except OSError as error:
        print(errno.errorcode[error.errno])
    os.kill(child, 9)
    os.waitpid(child, 0)


task = greenhost.spawn(wait)
greenhost.checkpoint()
print("main goes on")
os.close(w)
task.join()
greenhost.spawn(wait_nonblocking).join()
