# SPDX-License-Identifier: MIT OR Apache-2.0
# pclose() and fclose() of a stream that popen() made park until its child ends.
# hooks: popen pclose fclose
# expect: main goes on
# expect: pclose 1280
# expect: main goes on
# expect: fclose 1536
# expect: read b'hello\n'
import ctypes
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
libc.popen.restype = ctypes.c_void_p
libc.fgets.restype = ctypes.c_char_p


def stream(command, mode):
    return ctypes.c_void_p(libc.popen(command, mode))


def close(name, function, pipe, code):
    os.set_inheritable(pipe, True)
    print(name, function(stream(f"read x </dev/fd/{pipe}; exit {code}".encode(), b"r")))


def read():
    output = stream(b"echo hello", b"re")
    buffer = ctypes.create_string_buffer(100)
    print("read", libc.fgets(buffer, 100, output))
    libc.pclose(output)


for name, function, code in (("pclose", libc.pclose, 5), ("fclose", libc.fclose, 6)):
    r, w = os.pipe()
    task = greenhost.spawn(close, name, function, r, code)
    greenhost.checkpoint()
    print("main goes on")
    os.write(w, b"\n")
    task.join()
greenhost.spawn(read).join()
