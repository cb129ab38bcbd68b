# SPDX-License-Identifier: MIT OR Apache-2.0
# A task in waitpid() parks until that child ends, and each task is told of its own.
# hooks: waitpid
# expect: main goes on
# expect: waitpid, for process True
# expect: second has 2
# expect: first has 1
import os

import greenhost


def child(code):
    """A process that ends with the code once its pipe is closed."""
    r, w = os.pipe()
    os.set_inheritable(r, True)
    pid = os.posix_spawn("/bin/sh", ["sh", "-c", f"read x </dev/fd/{r}; exit {code}"], {})
    os.close(r)
    return pid, w


def wait(name, pid):
    pid_too, status = os.waitpid(pid, 0)
    assert pid_too == pid
    print(name, "has", os.waitstatus_to_exitcode(status))


first, first_pipe = child(1)
second, second_pipe = child(2)
tasks = [greenhost.spawn(wait, "first", first), greenhost.spawn(wait, "second", second)]
greenhost.checkpoint()
print("main goes on")
words = repr(tasks[0]).split(" parked in ")[1].split(", since")[0].rsplit(" ", 1)
print(words[0], int(words[1]) == first)
os.close(second_pipe)
tasks[1].join()
os.close(first_pipe)
tasks[0].join()
