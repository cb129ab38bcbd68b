# SPDX-License-Identifier: MIT OR Apache-2.0
# What was sent before the peer went away is counted; the error is for the next call, and a signal
# too.
# hooks: send sendmsg
# expect: send: part of it
# expect: ConnectionResetError
# expect: BrokenPipeError
# expect: sendmsg: part of it
# expect: ConnectionResetError
import socket

import greenhost


def connection():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        return client, listener.accept()[0]


def attempt(name, function, *args):
    try:
        print(f"{name}:", "part of it" if 0 < function(*args) < 50_000_000 else "wrong")
    except OSError as error:
        print(type(error).__name__)


def run(times, name, function, *args):
    for _ in range(times):
        attempt(name, function, *args)


here, there = connection()
task = greenhost.spawn(run, 3, "send", here.send, bytes(50_000_000))
greenhost.checkpoint()
there.close()
task.join()
here, there = connection()
task = greenhost.spawn(run, 2, "sendmsg", here.sendmsg, [bytes(50_000_000)])
greenhost.checkpoint()
there.close()
task.join()
