# SPDX-License-Identifier: MIT OR Apache-2.0
"""Plain blocking code, for the programs of libraries that patch what it calls, who do so before."""

import queue
import socket
import threading
import time


def exchange(connection, name):
    with connection, connection.makefile("rwb") as file:
        file.write(f"{name}\n".encode())
        file.flush()
        return file.readline().decode().rstrip("\n")


def echo(connection, _):
    with connection, connection.makefile("rwb") as file:
        for line in file:
            file.write(line.upper())
            file.flush()


def patched_visit(port, name):
    return exchange(socket.create_connection(("localhost", port)), name)


def patched_threads():
    """Threads, which are greenlets of this hub, with the locks and queues of the standard library."""
    answers, lock, go = queue.Queue(), threading.Lock(), threading.Event()

    def work(number):
        with lock:
            time.sleep(0.0001)
        go.wait()
        answers.put(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()
    return sum(answers.get() for _ in threads)
