# SPDX-License-Identifier: MIT OR Apache-2.0
# MSG_WAITALL waits for all of it, or for the end of the stream; for one message where there are
# messages.  With descriptors it ends, since those of two messages are never glued together.
# hooks: recv recvfrom recvmsg
# expect: b'abcdef'
# expect: b'ghi'
# expect: b''
# expect: b'from' None
# expect: b'part' 1
# expect: b'one message'
import os
import socket

import greenhost

ALL = socket.MSG_WAITALL


def fed(receive, *pieces):
    """What a task gets that waits for all, from pieces that are sent one at a time."""
    task = greenhost.spawn(receive)
    for piece in pieces:
        greenhost.checkpoint()
        piece()
    return task.result()


here, there = socket.socketpair()
print(fed(lambda: here.recv(6, ALL), lambda: there.send(b"abc"), lambda: there.send(b"def")))
print(fed(lambda: here.recv(6, ALL), lambda: there.send(b"ghi"), there.close))
print(here.recv(6, ALL))

here, there = socket.socketpair()
print(*fed(lambda: here.recvfrom(4, ALL), lambda: there.send(b"fr"), lambda: there.send(b"om")))

one = os.open("/dev/null", os.O_RDONLY)
data, rights, _, _ = fed(
    lambda: here.recvmsg(10, socket.CMSG_SPACE(4), ALL),
    lambda: there.send(b"pa"),
    lambda: socket.send_fds(there, [b"rt"], [one]),
    lambda: there.send(b"more"),
)
print(data, len(rights))

here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
print(fed(lambda: here.recv(1000, ALL), lambda: there.send(b"one message")))
