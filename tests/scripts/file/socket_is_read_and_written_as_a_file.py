# SPDX-License-Identifier: MIT OR Apache-2.0
# read and write on a socket wait too, and take many buffers.
# hooks: read write readv writev
# expect: parked
# expect: [b'abc', b'de']
# expect: b''
import os
import socket

import greenhost

near, far = socket.socketpair()
buffers = [bytearray(3), bytearray(2)]
task = greenhost.spawn(os.readv, near.fileno(), buffers)
greenhost.checkpoint()
print(task.state)
os.writev(far.fileno(), [b"a", b"bcd", b"e"])
task.result()
print([bytes(buffer) for buffer in buffers])
print(greenhost.spawn(os.read, near.fileno(), 0).result())
