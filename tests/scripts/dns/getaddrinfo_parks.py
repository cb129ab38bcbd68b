# SPDX-License-Identifier: MIT OR Apache-2.0
# A lookup parks; what is numeric needs none and does not.  Both give what libc gives.
# hooks: getaddrinfo
# expect: numeric: done
# expect: name: parked
# expect: True True True
# expect: gaierror: True
# expect: numbers only: -2
import socket

import greenhost

NUMERIC = "::1", 80, 0, socket.SOCK_STREAM
NAMED = "localhost", "http", socket.AF_INET, socket.SOCK_STREAM, 0, socket.AI_CANONNAME
NOBODY = None, 80, 0, socket.SOCK_STREAM, 0, socket.AI_PASSIVE
expected = [socket.getaddrinfo(*args) for args in (NUMERIC, NAMED, NOBODY)]


def look_up(*args):
    try:
        return socket.getaddrinfo(*args)
    except socket.gaierror as error:
        return error.errno


tasks = [greenhost.spawn(look_up, *args) for args in (NUMERIC, NAMED, NOBODY)]
greenhost.checkpoint()
print("numeric:", tasks[0].state)
print("name:", tasks[1].state)
print(*(task.result() == result for task, result in zip(tasks, expected)))
wrong = "no such name", 80
print("gaierror:", greenhost.spawn(look_up, *wrong).result() == look_up(*wrong))
only = "localhost", 80, 0, 0, 0, socket.AI_NUMERICHOST
print("numbers only:", greenhost.spawn(look_up, *only).result())
