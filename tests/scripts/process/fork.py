# SPDX-License-Identifier: MIT OR Apache-2.0
# A fork with tasks parked in every way: the child has only the calling task, and a loop that works
# (tasks, sleeping, sockets, locks, subprocesses); the parent is undisturbed.
# expect: child: 1 task
# expect: child: slept
# expect: child: received b'hi'
# expect: child: subprocess hello
# expect: child: got 5 from the queue
# expect: parent: child ended with 3
# expect: parent: 4 waiting
# expect: parent: ['polled', b'x', 7, 1, 'slept']
import os
import queue
import select
import socket
import subprocess
import sys
import time

import greenhost

a, b = socket.socketpair()
c, d = socket.socketpair()
items = queue.Queue()
r, w = os.pipe()
command = f"read x </dev/fd/{r}; exit 7"
os.set_inheritable(r, True)
sleeper = os.posix_spawn("/bin/sh", ["sh", "-c", command], {})
os.set_inheritable(r, False)


def poll():
    poller = select.poll()
    for sock in (a, c):
        poller.register(sock, select.POLLIN)
    poller.poll()
    return "polled"


def receive():
    return c.recv(10)


def wait_for_child():
    return os.waitstatus_to_exitcode(os.waitpid(sleeper, os.WUNTRACED)[1])


def sleep():
    greenhost.sleep(0.5)
    return "slept"


def use_everything():
    print("child:", len(greenhost.tasks()), "task")
    task = greenhost.spawn(time.sleep, 0.01)
    task.join()
    print("child: slept")
    one, two = socket.socketpair()
    task = greenhost.spawn(one.recv, 10)
    greenhost.checkpoint()
    two.send(b"hi")
    print("child: received", task.result())
    task = greenhost.spawn(subprocess.check_output, ["echo", "hello"])
    print("child: subprocess", task.result().decode().strip())
    own = queue.Queue()
    task = greenhost.spawn(own.get)
    greenhost.checkpoint()
    own.put(5)
    print("child: got", task.result(), "from the queue")
    sys.stdout.flush()


tasks = [greenhost.spawn(f) for f in (poll, receive, wait_for_child, items.get, sleep)]
greenhost.checkpoint()
pid = os.fork()
if pid == 0:
    use_everything()
    os._exit(3)
print("parent: child ended with", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
print("parent:", sum(not task.done() for task in tasks[:4]), "waiting")
d.send(b"x")
os.close(w)
items.put(1)
print("parent:", [task.result() for task in tasks])
