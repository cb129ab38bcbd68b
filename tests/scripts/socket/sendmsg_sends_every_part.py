# SPDX-License-Identifier: MIT OR Apache-2.0
# A blocking sendmsg sends every byte of every part, and what is ancillary only once.
# hooks: sendmsg recvmsg
# expect: main goes on
# expect: sent 3000008
# expect: received True, descriptors 1
import os
import socket

import greenhost

PARTS = [b"ab", b"", b"c" * 1_000_000, b"def", b"g" * 2_000_000, b"", b"end"]
here, there = socket.socketpair()
reading, writing = os.pipe()


def send():
    rights = socket.SOL_SOCKET, socket.SCM_RIGHTS, writing.to_bytes(4, "little")
    print("sent", here.sendmsg(PARTS, [rights]))
    here.close()


def receive():
    data, descriptors = [], []
    while True:
        part, rights, _, _ = there.recvmsg(65536, socket.CMSG_SPACE(64))
        if not part:
            return b"".join(data), len(descriptors)
        data.append(part)
        descriptors += rights


task = greenhost.spawn(send)
greenhost.checkpoint()
print("main goes on")
data, descriptors = receive()
print(f"received {data == b''.join(PARTS)}, descriptors {descriptors}")
