# SPDX-License-Identifier: MIT OR Apache-2.0
# A call that succeeds after it has parked leaves errno as it was: OpenSSL, for one, would take the
# end of a stream for "try again".
# hooks: recv accept
# expect: recv: 0, errno 42
# expect: read: 0, errno 42
# expect: accept: True, errno 42
import ctypes
import socket

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
here, there = socket.socketpair()
buffer = ctypes.create_string_buffer(10)


def call(name, *args):
    ctypes.set_errno(42)
    returned = getattr(libc, name)(*args)
    print(f"{name}: {returned if returned <= 0 else True}, errno {ctypes.get_errno()}")


def parked(*call_of, then):
    task = greenhost.spawn(call, *call_of)
    greenhost.checkpoint()
    then()
    task.join()


parked("recv", here.fileno(), buffer, 10, 0, then=lambda: there.shutdown(socket.SHUT_WR))
here, there = socket.socketpair()
parked("read", here.fileno(), buffer, 10, then=there.close)
listener, client = socket.create_server(("127.0.0.1", 0)), socket.socket()
address = listener.getsockname()
parked("accept", listener.fileno(), None, None, then=lambda: client.connect(address))
