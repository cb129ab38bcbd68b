# SPDX-License-Identifier: MIT OR Apache-2.0
"""A small program that does a bit of everything in tasks, while one call of its host fails.

    program.py COUNT_FILE

Each line that was printed, and so must not be lost, is counted in a file that is mapped into
memory: counting makes no call that could fail.
"""

import ctypes
import mmap
import os
import select
import socket
import subprocess
import sys
import threading
import time

import greenhost

host = ctypes.CDLL(None)
with open(sys.argv[1], "r+b") as file:
    counter = mmap.mmap(file.fileno(), 1)


def say(text):
    print(text, flush=True)
    counter[0] += 1


def start(function):
    """Spawn a task that others wait for: if it can't begin, they are not to."""
    task = greenhost.spawn(function)
    greenhost.checkpoint()
    if task.done():
        task.result()
    return task


def sleep():
    time.sleep(0.002)
    say("slept")


def talk():
    ours, theirs = socket.socketpair()

    def answer():
        with theirs:
            theirs.sendall(theirs.recv(100).upper())

    with ours:
        peer = start(answer)
        ours.sendall(b"hello")
        say(ours.recv(100).decode())
    peer.result()


def pipe():
    reading, writing = os.pipe()

    def fill():
        with open(writing, "wb", closefd=True) as stream:
            stream.write(b"x" * 100_000)

    peer = start(fill)
    with open(reading, "rb", closefd=True) as stream:
        say(len(stream.read()))
    peer.result()


def child():
    done = subprocess.run(["echo", "from a child"], capture_output=True, text=True)
    say(done.stdout.strip())


def lock():
    mutex = threading.Lock()

    def take():
        with mutex:
            time.sleep(0.001)

    takers = [greenhost.spawn(take) for _ in range(2)]
    for taker in takers:
        taker.result()
    say("taken twice")


def wait_for_any():
    with socket.socket() as listener, socket.socket() as client:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        client.connect(listener.getsockname())
        say(select.select([listener], [], [], 5)[0] == [listener])
        poller = select.poll()
        poller.register(listener, select.POLLIN)
        say(poller.poll(5000) != [])
        listener.accept()[0].close()


def files():
    with open("file", "w") as stream:
        stream.write("text")
        os.fsync(stream.fileno())
    with open("file") as stream:
        say(stream.read())


def operations():
    say(greenhost.await_(greenhost.ops.work(sum, (1, 2))))
    greenhost.await_(greenhost.ops.sleep(0.001))
    promise = greenhost.Promise()
    threading.Timer(0, promise.set_result, ("kept",)).start()
    say(greenhost.await_(promise))


def cancelled():
    task = greenhost.spawn(time.sleep, 100)
    greenhost.checkpoint()
    task.cancel()
    say(type(task.exception()).__name__)


STEPS = [sleep, talk, pipe, child, lock, wait_for_any, files, operations, cancelled]


def main():
    tasks = []
    for step in STEPS:
        try:
            tasks.append(greenhost.spawn(step, name=step.__name__))
        except Exception as error:
            say(f"{step.__name__} was not spawned: {error!r}")
    for task in tasks:
        try:
            task.result()
        except Exception as error:
            say(f"{task.name}: {error!r}")
    say("end")


host.fault_arm()
try:
    main()
finally:
    host.fault_disarm()
