# SPDX-License-Identifier: MIT OR Apache-2.0
# What a program compiled with _FORTIFY_SOURCE calls instead of recv and recvfrom parks too, and
# still ends a program that would overrun its buffer.
# hooks: __recv_chk __recvfrom_chk
# expect: main goes on
# expect: one
# expect: two
# expect: the overrun is found: True
import ctypes
import os
import signal
import socket

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
here, there = socket.socketpair()
buffer = ctypes.create_string_buffer(100)


def receive():
    libc.__getattr__("__recv_chk")(here.fileno(), buffer, 3, ctypes.c_size_t(100), 0)
    print(buffer.value.decode())
    chk = libc.__getattr__("__recvfrom_chk")
    chk(here.fileno(), buffer, 3, ctypes.c_size_t(100), 0, None, None)
    print(buffer.value.decode())


task = greenhost.spawn(receive)
greenhost.checkpoint()
print("main goes on", flush=True)
there.send(b"one")
there.send(b"two")
task.join()

child = os.fork()
if child == 0:
    os.dup2(os.open("/dev/null", os.O_WRONLY), 2)
    libc.__getattr__("__recv_chk")(here.fileno(), buffer, 101, ctypes.c_size_t(100), 0)
    os._exit(0)
_, status = os.waitpid(child, 0)
print("the overrun is found:", os.WTERMSIG(status) == signal.SIGABRT)
