# SPDX-License-Identifier: MIT OR Apache-2.0
# The end of a pipe ends a line and a block, and a regular file is read as ever.
# hooks: fgets fread
# expect: b'half'
# expect: None
# expect: 4 b'rest'
# expect: 0
# expect: 200000
import ctypes
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
libc.fdopen.restype = libc.fopen.restype = libc.fgets.restype = ctypes.c_void_p
libc.fread.restype = ctypes.c_size_t
buffer = ctypes.create_string_buffer(200_000)
one = ctypes.c_size_t(1)


def stream_with(text):
    reader, writer = os.pipe()
    os.write(writer, text)
    os.close(writer)
    return ctypes.c_void_p(libc.fdopen(reader, b"r"))


def run():
    stream = stream_with(b"half")
    libc.fgets(buffer, 100, stream)
    print(buffer.value)
    print(libc.fgets(buffer, 100, stream))
    stream = stream_with(b"rest")
    count = libc.fread(buffer, one, ctypes.c_size_t(100), stream)
    print(count, buffer.raw[:count])
    print(libc.fread(buffer, one, ctypes.c_size_t(100), stream))
    with open("file", "wb") as file:
        file.write(bytes(300_000))
    stream = ctypes.c_void_p(libc.fopen(b"file", b"r"))
    print(libc.fread(buffer, one, ctypes.c_size_t(200_000), stream))


greenhost.spawn(run).result()
