# SPDX-License-Identifier: MIT OR Apache-2.0
# recvfrom parks, and tells who sent the datagram, even one of no bytes.
# hooks: recvfrom sendto
# expect: main goes on
# expect: b'' True
# expect: b'hello' True
import socket

import greenhost

here = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
there = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
here.bind(("127.0.0.1", 0))
there.bind(("127.0.0.1", 0))


def receive():
    for _ in range(2):
        data, address = here.recvfrom(100)
        print(data, address == there.getsockname())


task = greenhost.spawn(receive)
greenhost.checkpoint()
print("main goes on")
there.sendto(b"", here.getsockname())
there.sendto(b"hello", here.getsockname())
task.join()
