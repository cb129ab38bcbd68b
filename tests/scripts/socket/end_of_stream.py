# SPDX-License-Identifier: MIT OR Apache-2.0
# The end of a stream wakes its reader, and so does a shutdown by another task, of either side.
# hooks: recv
# expect: b'' b'' b''
# expect: reset
import socket
import struct

import greenhost


def ended_by(action):
    here, there = socket.socketpair()
    task = greenhost.spawn(here.recv, 10)
    greenhost.checkpoint()
    action(here, there)
    return task.result()


print(
    ended_by(lambda here, there: there.close()),
    ended_by(lambda here, there: there.shutdown(socket.SHUT_WR)),
    ended_by(lambda here, there: here.shutdown(socket.SHUT_RD)),
)

listener = socket.create_server(("127.0.0.1", 0))
there = socket.create_connection(listener.getsockname())
here, _ = listener.accept()
task = greenhost.spawn(here.recv, 10)
greenhost.checkpoint()
there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
there.close()
try:
    task.result()
except ConnectionResetError:
    print("reset")
