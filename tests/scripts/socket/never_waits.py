# SPDX-License-Identifier: MIT OR Apache-2.0
# A loop that never has to wait for room lets the others run.
# expect: the other ran
import socket

import greenhost

ran = []


def other():
    greenhost.sleep(0.001)
    ran.append(True)


def loop():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, socket.socket(
        socket.AF_INET, socket.SOCK_DGRAM
    ) as receiver:
        receiver.bind(("127.0.0.1", 0))
        greenhost.spawn(other)
        while not ran:
            sender.sendto(b"x", receiver.getsockname())
    print("the other ran")


greenhost.spawn(loop).join()
