# SPDX-License-Identifier: MIT OR Apache-2.0
# A lookup knows no EINTR.  A signal's handler runs meanwhile and the lookup goes on; what the
# handler raises leaves it at once, however long the lookup takes; and so does cancelling the task.
# hooks: getaddrinfo getnameinfo gethostbyname_r gethostbyaddr_r
# expect: handled
# expect: found
# expect: KeyboardInterrupt in getaddrinfo
# expect: KeyboardInterrupt in getnameinfo
# expect: KeyboardInterrupt in gethostbyname_ex
# expect: KeyboardInterrupt in gethostbyaddr
# expect: cancelled
# expect: found
import ctypes
import os
import signal
import socket
import struct

import greenhost

libc = ctypes.CDLL(None)
LOCAL = "127.0.0.1"


class BusyPool:
    """Keeps every thread of uv's pool busy, so that a lookup takes as long as this lasts."""

    def __enter__(self):
        self.reading, self.writing = os.pipe()
        self.work = [greenhost.ops.work(os.read, self.reading, 1) for _ in range(4)]
        return self

    def __exit__(self, *_):
        os.write(self.writing, b"done")
        for one in self.work:
            greenhost.await_(one)


def getnameinfo(host):
    address = struct.pack("=HH4s8x", socket.AF_INET, 80, socket.inet_aton(host))
    return libc.getnameinfo(address, len(address), ctypes.create_string_buffer(99), 99, None, 0, 0)


def gethostbyaddr(host):
    try:
        return socket.gethostbyaddr(host)
    except socket.herror:
        pass  # what C code can be told; the exception follows


def kill(signum, then=lambda: None):
    os.kill(os.getpid(), signum)
    greenhost.checkpoint()
    then()


def interrupt(function, *args):
    with BusyPool():
        task = greenhost.spawn(kill, signal.SIGINT)
        try:
            function(*args)
        except KeyboardInterrupt:
            print("KeyboardInterrupt in", function.__name__)
        task.join()


signal.signal(signal.SIGUSR1, lambda *_: print("handled"))
pool = BusyPool().__enter__()
task = greenhost.spawn(kill, signal.SIGUSR1, lambda: greenhost.spawn(pool.__exit__))
print("found" if socket.getaddrinfo("localhost", 80) else "not found")
task.join()

interrupt(socket.getaddrinfo, "localhost", 80)
interrupt(getnameinfo, LOCAL)
interrupt(socket.gethostbyname_ex, "localhost")
interrupt(gethostbyaddr, LOCAL)

with BusyPool():
    task = greenhost.spawn(socket.getaddrinfo, "localhost", 80)
    greenhost.checkpoint()
    task.cancel()
    try:
        task.result()
    except greenhost.Cancelled:
        print("cancelled")
print("found" if greenhost.spawn(socket.getaddrinfo, "localhost", 80).result() else "not found")
