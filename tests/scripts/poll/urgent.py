# SPDX-License-Identifier: MIT OR Apache-2.0
# Urgent data, and a peer that has stopped sending, are events of their own.
# hooks: poll
# expect: [2]
# expect: [8193]
import select
import socket

import greenhost

listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()


def wait(events):
    poller = select.poll()
    poller.register(server, events)
    print([ready for _, ready in poller.poll()])


task = greenhost.spawn(wait, select.POLLPRI)
greenhost.checkpoint()
client.send(b"!", socket.MSG_OOB)
task.join()
server.recv(1, socket.MSG_OOB)
task = greenhost.spawn(wait, select.POLLRDHUP | select.POLLIN)
greenhost.checkpoint()
client.shutdown(socket.SHUT_WR)
task.join()
