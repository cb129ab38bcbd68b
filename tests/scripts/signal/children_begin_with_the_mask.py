# SPDX-License-Identifier: MIT OR Apache-2.0
# A child begins with the mask of the thread that makes it, however it does.
# options: --threads=tasks
# options: --threads=os
# expect: the thread's: subprocess fork posix_spawn os_thread
# expect: main's: subprocess fork posix_spawn os_thread
import os
import re
import signal
import subprocess
import threading

import greenhost

ARGUMENTS = ["grep", "SigBlk", "/proc/self/status"]


def read(write):
    """What is written to a descriptor, by a child or a thread."""
    r, w = os.pipe()
    os.set_inheritable(w, True)
    write(w)
    os.close(w)
    with open(r) as file:
        return file.read()


def own(path="/proc/thread-self/status"):
    return re.search("SigBlk.*\n", open(path).read())[0]


def fork(fd):
    pid = os.fork()
    if pid == 0:
        os.write(fd, own().encode())
        os._exit(0)
    os.waitpid(pid, 0)


def posix_spawn(fd):
    actions = [(os.POSIX_SPAWN_DUP2, fd, 1)]
    os.waitpid(os.posix_spawn("/bin/grep", ARGUMENTS, {}, file_actions=actions), 0)


def os_thread(fd):
    over = threading.Event()
    greenhost.os_thread(lambda: (os.write(fd, own().encode()), over.set()))
    over.wait()


def masks():
    return {
        "subprocess": subprocess.run(ARGUMENTS, stdout=subprocess.PIPE, text=True).stdout,
        "fork": read(fork),
        "posix_spawn": read(posix_spawn),
        "os_thread": read(os_thread),
    }


def block_and_look():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1, signal.SIGTERM])
    seen.update(masks())


seen = {}
thread = threading.Thread(target=block_and_look)
thread.start()
thread.join()
blocked = 1 << signal.SIGUSR1 - 1 | 1 << signal.SIGTERM - 1
print(
    "the thread's:", *[name for name, line in seen.items() if int(line.split()[1], 16) == blocked]
)
print("main's:", *[name for name, line in masks().items() if int(line.split()[1], 16) == 0])
