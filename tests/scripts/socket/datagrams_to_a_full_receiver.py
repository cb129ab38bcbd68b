# SPDX-License-Identifier: MIT OR Apache-2.0
# A Unix socket to which datagrams are sent by name tells nobody when it has room again: the sender
# waits for it on a thread.  Connected, it is told.
# hooks: sendto send sendmsg
# expect: sendto parked
# expect: sendmsg parked
# expect: send parked
# expect: True
import socket

import greenhost

here = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
here.bind("")
address = here.getsockname()
there = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
COUNT = 2000


def send(name, function):
    for number in range(COUNT):
        function(b"%s %d" % (name, number))


def connected():
    one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.connect(address)
    return one


names = {
    "sendto": lambda data: there.sendto(data, address),
    "sendmsg": lambda data: there.sendmsg([data[:3], data[3:]], [], 0, address),
    "send": connected().send,
}
tasks = [greenhost.spawn(send, name.encode(), function) for name, function in names.items()]
greenhost.checkpoint()
for name, task in zip(names, tasks):
    print(name, task.state)
received = sorted(here.recv(100) for _ in range(3 * COUNT))
expected = sorted(b"%s %d" % (name.encode(), n) for name in names for n in range(COUNT))
print(received == expected)
for task in tasks:
    task.join()
