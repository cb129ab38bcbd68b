# SPDX-License-Identifier: MIT OR Apache-2.0
# recvmsg parks, and brings the descriptors that were sent.
# hooks: recvmsg
# expect: main goes on
# expect: b'take it'
# expect: b'through the pipe'
import os
import socket

import greenhost

here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
reading, writing = os.pipe()


def receive():
    data, (descriptor,), _, _ = socket.recv_fds(here, 100, 4)
    print(data)
    os.write(descriptor, b"through the pipe")
    os.close(descriptor)


task = greenhost.spawn(receive)
greenhost.checkpoint()
print("main goes on")
socket.send_fds(there, [b"take it"], [writing])
task.join()
print(os.read(reading, 100))
