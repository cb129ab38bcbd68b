# SPDX-License-Identifier: MIT OR Apache-2.0
# Between descriptors inside the kernel: who finds nothing, or no room, waits.
# hooks: splice tee vmsplice
# expect: splice parked, then 3
# expect: tee parked, then 5
# expect: vmsplice parked, then 4
# expect: b'abcd'
# expect: full splice parked, then True
import ctypes
import fcntl
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
reader, writer = os.pipe()
other_reader, other_writer = os.pipe()
room = fcntl.fcntl(writer, fcntl.F_GETPIPE_SZ)


def blocked(name, unblock, call, *arguments):
    task = greenhost.spawn(call, *arguments)
    greenhost.checkpoint()
    state = task.state
    unblock()
    return f"{name} {state}, then {task.result()}"


print(blocked("splice", lambda: os.write(writer, b"abc"), os.splice, reader, other_writer, 100))
size = ctypes.c_size_t(100)
write_more = lambda: os.write(writer, b"defgh")
print(blocked("tee", write_more, libc.tee, reader, other_writer, size, 0))
assert os.read(other_reader, 100) == b"abcdefgh"
assert os.read(reader, 100) == b"defgh"

os.write(writer, bytes(room))
buffer = ctypes.create_string_buffer(b"abcd", 4)
vector = (ctypes.c_void_p * 2)(ctypes.addressof(buffer), 4)
make_room = lambda: os.read(reader, room)
print(blocked("vmsplice", make_room, libc.vmsplice, writer, vector, ctypes.c_size_t(1), 0))
print(os.read(reader, 100))

os.write(writer, bytes(room))
os.write(other_writer, b"x" * 10)
task = greenhost.spawn(os.splice, other_reader, writer, 100)
greenhost.checkpoint()
state = task.state
os.read(reader, room)
print(f"full splice {state}, then {task.result() == 10}")
