# SPDX-License-Identifier: MIT OR Apache-2.0
"""Jobs of the soak that block, in Python's own modules or in C, and are answered."""

import ctypes
import os
import queue
import select
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time

from common import PATIENCE, Beside, a_while, chance

DIRECTORY = tempfile.TemporaryDirectory()


def sleep():
    time.sleep(a_while())


# ---- sockets ----


def stream():
    size = chance.choice((1, 1000, 300_000))
    one, other = socket.socketpair()

    def send():
        one.sendall(b"x" * size)
        one.shutdown(socket.SHUT_WR)

    with one, other, Beside(send) as sender:
        received = 0
        while data := other.recv(chance.choice((10_000, 100_000))):
            received += len(data)
            if chance.random() < 0.2:
                time.sleep(a_while(0.002))
        sender.result()
        assert received == size, (received, size)


def tcp():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection, connection.makefile("rwb") as file:
                file.write(file.readline().upper())

        with Beside(serve), socket.create_connection(server.getsockname(), PATIENCE) as client:
            client.sendall(b"hello\n")
            answer = b""
            while data := client.recv(100):
                answer += data
            assert answer == b"HELLO\n", answer


def datagrams():
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with one, other, Beside(lambda: [one.send(b"%d" % n) for n in range(50)]):
        assert [other.recv(10) for _ in range(50)] == [b"%d" % n for n in range(50)]


def polling():
    one, other = socket.socketpair()
    with one, other, Beside(one.send, b"!"):
        ready, _, _ = select.select([other], [], [], PATIENCE)
        assert ready == [other]


def names():
    address = socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4]
    assert address == ("127.0.0.1", 80)


# ---- pipes and files ----


def pipe():
    read, write = os.pipe()
    with open(read, "rb") as reader, open(write, "wb") as writer:

        def fill():
            with writer:
                writer.write(b"y" * 200_000)

        with Beside(fill) as filler:
            assert len(reader.read()) == 200_000
            filler.result()


def files():
    """Some are on the disk and no more in memory, so that uv's pool reads them."""
    text = "line\n" * chance.randrange(5000)
    with tempfile.TemporaryFile("w+", dir=DIRECTORY.name) as file:
        file.write(text)
        file.flush()
        if chance.random() < 0.1:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        file.seek(0)
        assert file.read() == text


def database():
    """SQLite waits for the file by sleeping."""
    with tempfile.TemporaryDirectory(dir=DIRECTORY.name) as directory:
        name = os.path.join(directory, "numbers")

        def add(number):
            with sqlite3.connect(name, PATIENCE, isolation_level=None) as connection:
                connection.execute("create table if not exists numbers (number)")
                connection.execute("insert into numbers values (?)", [number])
            connection.close()

        with Beside(add, 1) as other:
            add(2)
            other.result()
        connection = sqlite3.connect(name)
        assert connection.execute("select sum(number) from numbers").fetchone() == (3,)
        connection.close()


# ---- processes ----


def process():
    done = subprocess.run(["sh", "-c", "cat; exit 7"], input=b"z" * 50_000, capture_output=True)
    assert (done.returncode, len(done.stdout)) == (7, 50_000), done.returncode


def fork():
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            read, write = os.pipe()
            with Beside(os.write, write, b"!") as writer:
                code = 5 if os.read(read, 1) == b"!" and writer.result() == 1 else 2
            time.sleep(0.0001)
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code == 5, code


# ---- locks of Python's ----

shared_lock = threading.Lock()
shared_rlock = threading.RLock()
shared_queue: queue.Queue = queue.Queue()


class Alone:
    """Nobody else may be in here meanwhile."""

    def __init__(self):
        self.inside = 0

    def __enter__(self):
        assert self.inside == 0
        self.inside += 1

    def __exit__(self, *_):
        self.inside -= 1


locked, locked_in_c = Alone(), Alone()


def lock():
    with shared_lock, locked:
        time.sleep(a_while(0.0005))


def rlock():
    with shared_rlock, shared_rlock:
        time.sleep(a_while(0.0005))


def impatient_lock():
    if shared_lock.acquire(timeout=a_while()):
        shared_lock.release()


def queues():
    shared_queue.put(1)
    assert shared_queue.get() == 1


def thread():
    events = [threading.Event(), threading.Event()]

    def work():
        events[0].wait()
        time.sleep(a_while(0.002))
        with shared_lock:
            events[1].set()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        time.sleep(a_while(0.002))
    finally:
        events[0].set()
    assert events[1].wait(PATIENCE)
    worker.join()


# ---- locks and files of C's ----

libc = ctypes.CDLL(None)
libc.fdopen.restype = ctypes.c_void_p
mutex, condition = ctypes.create_string_buffer(64), ctypes.create_string_buffer(64)


def mutex_of_c():
    """Held across a wait."""
    libc.pthread_mutex_lock(mutex)
    with locked_in_c:
        libc.usleep(int(a_while(0.0005) * 1e6))
    libc.pthread_mutex_unlock(mutex)


def condition_of_c():
    """Two who take turns."""
    turn = [0]

    def take_turns(mine):
        for _ in range(3):
            libc.pthread_mutex_lock(mutex)
            while turn[0] != mine:
                libc.pthread_cond_wait(condition, mutex)
            turn[0] = 1 - mine
            libc.pthread_cond_broadcast(condition)
            libc.pthread_mutex_unlock(mutex)

    with Beside(take_turns, 1) as other:
        take_turns(0)
        other.result()


def stdio():
    read, write = os.pipe()
    file = ctypes.c_void_p(libc.fdopen(read, b"r"))
    line = ctypes.create_string_buffer(20)
    with Beside(lambda: [os.write(write, b"hel"), time.sleep(a_while()), os.write(write, b"lo\n")]):
        assert libc.fgets(line, 20, file) and line.value == b"hello\n", line.value
    os.close(write)
    libc.fclose(file)


# ---- computing ----


def compute():
    assert sum(number for number in range(20_000)) == 199_990_000
