# SPDX-License-Identifier: MIT OR Apache-2.0
# A loop of calls that succeed at once, so that no other task has a turn, ends with its time limit.
# expect: recv: stopped
# expect: recvmsg: stopped
# expect: read of a pipe: stopped
# expect: write to a device: stopped
# expect: send: stopped
# expect: poll: stopped
# expect: checkpoint: stopped
import os
import select
import socket

import greenhost

ours, theirs = socket.socketpair()
theirs.send(bytes(1000))
readable, writable = os.pipe()
os.write(writable, bytes(4000))
null = os.open("/dev/null", os.O_WRONLY)
lone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
lone.connect(("127.0.0.1", 9))
poll = select.poll()
poll.register(readable, select.POLLIN)


def send():
    try:
        lone.send(b"x")
    except ConnectionRefusedError:
        pass


def read_again():
    os.write(writable, os.read(readable, 1))


for what, call in {
    "recv": lambda: ours.recv(1, socket.MSG_PEEK),
    "recvmsg": lambda: ours.recvmsg(1, 0, socket.MSG_PEEK),
    "read of a pipe": read_again,
    "write to a device": lambda: os.write(null, b"x"),
    "send": send,
    "poll": poll.poll,
    "checkpoint": greenhost.checkpoint,
}.items():
    with greenhost.move_on_after(0.02) as scope:
        while True:
            call()
    print(what, "stopped" if scope.cancelled_caught else "went on", sep=": ")
