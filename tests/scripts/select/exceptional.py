# SPDX-License-Identifier: MIT OR Apache-2.0
# The third set is for urgent data; a peer's end makes its descriptor readable and nothing else.
# hooks: select
# expect: [] [True]
# expect: [True] []
import select
import socket

import greenhost

listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()


def wait(readable, exceptional):
    can_read, _, urgent = select.select(readable, [], exceptional)
    print([item is server for item in can_read], [item is server for item in urgent])


task = greenhost.spawn(wait, [], [server])
greenhost.checkpoint()
client.send(b"!", socket.MSG_OOB)
task.join()
server.recv(1, socket.MSG_OOB)
task = greenhost.spawn(wait, [server], [server])
greenhost.checkpoint()
client.close()
task.join()
