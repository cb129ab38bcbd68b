# SPDX-License-Identifier: MIT OR Apache-2.0
# read and write on a socket wait too, keep its timeout, and take many buffers.
# hooks: read write readv writev
# expect: parked
# expect: [b'abc', b'de']
# expect: EAGAIN
# expect: b''
import errno
import os
import socket
import struct

import greenhost

near, far = socket.socketpair()
buffers = [bytearray(3), bytearray(2)]
task = greenhost.spawn(os.readv, near.fileno(), buffers)
greenhost.checkpoint()
print(task.state)
os.writev(far.fileno(), [b"a", b"bcd", b"e"])
task.result()
print([bytes(buffer) for buffer in buffers])
near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 10_000))
try:
    greenhost.spawn(os.read, near.fileno(), 1).result()
except BlockingIOError as error:
    print(errno.errorcode[error.errno])
print(greenhost.spawn(os.read, near.fileno(), 0).result())
