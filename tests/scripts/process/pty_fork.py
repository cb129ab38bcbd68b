# SPDX-License-Identifier: MIT OR Apache-2.0
# pty.fork() in a task: the child has the terminal and a loop; the parent reads what it wrote.
# expect: b'a terminal, slept\r\n'
# expect: 0
import os
import pty
import time

import greenhost


def fork():
    pid, fd = pty.fork()
    if pid == 0:
        greenhost.spawn(time.sleep, 0.01).join()
        os.write(1, b"a terminal, slept\n" if os.isatty(0) else b"no terminal\n")
        os._exit(0)
    print(os.read(fd, 100))
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


other = greenhost.spawn(time.sleep, 60)
greenhost.spawn(fork).join()
other.cancel()
other.join()
