# SPDX-License-Identifier: MIT OR Apache-2.0
"""Jobs of the soak in which something goes wrong, or comes from outside: servers that fail, children
that are killed, descriptors that are closed and used again.
"""

import errno
import fcntl
import os
import pty
import select
import signal
import socket
import struct
import subprocess
import tempfile
import time
import tty

from common import Beside, a_while, chance

import greenhost

LOCK_FILE = tempfile.TemporaryFile()


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


def time_out():
    one, other = socket.socketpair()
    with one, other:
        other.settimeout(a_while() or 0.001)
        try:
            other.recv(1)
        except TimeoutError:
            return
        raise AssertionError("received nothing, but in time")


# ---- descriptors ----


def closed_under_a_reader():
    """One that has yet to call read() might find the number to be another job's by then."""
    read, write = os.pipe()

    def wait():
        try:
            return os.read(read, 1)
        except OSError as error:
            return error.errno

    with Beside(wait) as task:
        time.sleep(a_while())
        closed = task.state == "parked"
        if closed:
            os.close(read)
            assert task.result() == errno.EBADF
    for number in (write, read)[: 1 if closed else 2]:
        os.close(number)


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


# ---- children ----


def killed_child():
    with subprocess.Popen(["sleep", "60"]) as child:
        time.sleep(a_while(0.002))
        child.send_signal(chance.choice((signal.SIGTERM, signal.SIGKILL)))
        assert child.wait() in (-signal.SIGTERM, -signal.SIGKILL)


def slow_child():
    try:
        subprocess.run(["sleep", "10"], timeout=a_while())
    except subprocess.TimeoutExpired:
        return
    raise AssertionError("it can't have ended")


def missing_program():
    try:
        subprocess.run(["/nonexistent/program"])
    except FileNotFoundError:
        return
    raise AssertionError("it was run")
