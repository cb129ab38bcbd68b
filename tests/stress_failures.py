# SPDX-License-Identifier: MIT OR Apache-2.0
"""Jobs for stress.py in which something goes wrong, or comes from outside: servers that fail, children
that are killed, descriptors that are closed and used again, signals, time limits, other event loops.
"""

import errno
import fcntl
import os
import pty
import random
import select
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import tty

import trio

import greenhost
from greenhost import ops

chance = random.Random()
PATIENCE = 60
LOCK_FILE = tempfile.TemporaryFile()
# Trio keeps a thread that has nothing to do for ten seconds, which nobody wants to wait for.
trio._core._thread_cache.IDLE_TIMEOUT = 0.1


def a_while(most=0.02):
    return chance.choice((0, 0.0001, chance.random() * most))


class Beside:
    """A task that does not outlive the block."""

    def __init__(self, function, *arguments):
        self.task = greenhost.spawn(function, *arguments)

    def __enter__(self):
        return self.task

    def __exit__(self, *_):
        self.task.cancel()
        self.task.join()


# ---- servers that fail ----


def serve_badly(server, how):
    connection, _ = server.accept()
    with connection:
        connection.recv(6)
        if how == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif how == "half a line":
            connection.sendall(b"HEL")
        else:
            connection.recv(1)


def ask(address):
    """What becomes of a question, in a word."""
    try:
        with socket.create_connection(address, timeout=0.05) as client:
            client.sendall(b"hello\n")
            answer = client.recv(6)
            return "half a line" if answer == b"HEL" and client.recv(6) == b"" else answer
    except TimeoutError:
        return "silence"
    except ConnectionResetError:
        return "reset"
    except ConnectionRefusedError:
        return "refusal"


def failing_server():
    how = chance.choice(("reset", "half a line", "silence"))
    with socket.create_server(("127.0.0.1", 0)) as server, Beside(serve_badly, server, how):
        heard = ask(server.getsockname())
        # On a machine that is busy, time may be up before anything else has happened.
        assert heard in (how, "silence"), (heard, how)


def missing_server():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert ask(unused.getsockname()) == "refusal"


def server_goes_away():
    """The listener is closed under accept, or shut down."""
    server = socket.create_server(("127.0.0.1", 0))

    def accept():
        try:
            server.accept()
        except OSError as error:
            return error.errno

    task = greenhost.spawn(accept)
    try:
        time.sleep(a_while(0.002))
        server.shutdown(socket.SHUT_RDWR)
        assert task.result() == errno.EINVAL
    finally:
        server.close()
        task.cancel()
        task.join()


def peer_goes_away():
    """The other end is closed while this one sends more than there is room for."""
    one, other = socket.socketpair()
    with one, other, Beside(lambda: (other.recv(1000), other.close())):
        try:
            one.sendall(b"x" * 10_000_000)
        except (BrokenPipeError, ConnectionResetError):
            return
        raise AssertionError("everything was sent")


# ---- descriptors ----


def datagrams():
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with one, other, Beside(lambda: [one.send(b"%d" % n) for n in range(50)]):
        assert [other.recv(10) for _ in range(50)] == [b"%d" % n for n in range(50)]


def replaced_under_a_reader():
    """The number that a task reads from becomes another pipe's."""
    read, write = os.pipe()
    other_read, other_write = os.pipe()

    def wait():
        try:
            return os.read(read, 1)
        except OSError as error:
            return error.errno

    task = greenhost.spawn(wait)
    try:
        time.sleep(a_while(0.002))
        os.dup2(other_read, read)
        os.write(other_write, b"!")
        assert task.result() in (b"!", errno.EBADF)
    finally:
        task.cancel()
        task.join()
        for number in (read, write, other_read, other_write):
            os.close(number)


def closed_under_an_epoll():
    read, write = os.pipe()
    with select.epoll() as events:
        events.register(read, select.EPOLLIN)
        with Beside(events.poll, a_while(0.002)):
            time.sleep(a_while(0.002))
            os.close(read)
            os.close(write)


def terminal():
    ours, theirs = pty.openpty()
    try:
        tty.setraw(theirs)
        with Beside(os.write, theirs, b"y" * 1000) as writer:
            received = b""
            while len(received) < 1000:
                received += os.read(ours, 300)
            assert writer.result() == 1000
    finally:
        os.close(ours)
        os.close(theirs)


def file_lock():
    """Held by one task at a time, through open files of their own."""
    with open(f"/proc/self/fd/{LOCK_FILE.fileno()}") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        time.sleep(a_while(0.0005))


# ---- children and signals ----


def killed_child():
    with subprocess.Popen(["sleep", "60"]) as child:
        time.sleep(a_while(0.002))
        child.send_signal(chance.choice((signal.SIGTERM, signal.SIGKILL)))
        assert child.wait() in (-signal.SIGTERM, -signal.SIGKILL)


def missing_program():
    try:
        subprocess.run(["/nonexistent/program"])
    except FileNotFoundError:
        return
    raise AssertionError("it was run")


def awaited_signal():
    operation = ops.signal(signal.SIGUSR1)
    os.kill(os.getpid(), signal.SIGUSR1)
    assert greenhost.await_(operation) == signal.SIGUSR1


# ---- time limits, promises, nurseries ----


def time_limit():
    with greenhost.move_on_after(a_while(0.005)) as scope:
        time.sleep(PATIENCE)
    assert scope.cancelled_caught


def nursery():
    finished = []

    def child(number):
        time.sleep(a_while(0.002))
        finished.append(number)

    with greenhost.open_nursery() as children:
        for number in range(5):
            children.start_soon(child, number)
    assert sorted(finished) == [0, 1, 2, 3, 4]


def promise():
    """Settled by a thread."""
    promised = greenhost.Promise()
    thread = threading.Thread(target=promised.set_result, args=(7,))
    thread.start()
    assert promised.result() == 7
    thread.join()


def failing_work():
    try:
        greenhost.await_(ops.work(int, "no number"))
    except ValueError:
        return
    raise AssertionError("it is a number")


# ---- another loop ----


async def trio_main():
    async with trio.open_nursery() as children:
        send, receive = trio.open_memory_channel(0)
        children.start_soon(send.send, 5)
        assert await receive.receive() == 5
        assert await trio.to_thread.run_sync(sum, [1, 2]) == 3
    with trio.move_on_after(0.001) as scope:
        await trio.sleep(PATIENCE)
    assert scope.cancelled_caught


def trio_loop():
    trio.run(trio_main)


# Each with whether it may be left in the middle, because it cleans up after itself, and how often it
# is chosen.
FAMILIES = [
    (failing_server, False, 3),
    (missing_server, True, 3),
    (server_goes_away, False, 3),
    (peer_goes_away, False, 2),
    (datagrams, False, 3),
    (replaced_under_a_reader, False, 3),
    (closed_under_an_epoll, False, 3),
    (terminal, False, 2),
    (file_lock, True, 1),
    (killed_child, False, 1),
    (missing_program, False, 1),
    (awaited_signal, False, 3),
    (time_limit, False, 5),
    (nursery, False, 3),
    (promise, False, 1),
    (failing_work, True, 3),
    (trio_loop, False, 1),
]
