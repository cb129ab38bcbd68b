# SPDX-License-Identifier: MIT OR Apache-2.0
# A loop that finds something ready at each call lets the others run.
# expect: poll: the other ran
# expect: select: the other ran
# expect: epoll: the other ran
import os
import select

import greenhost

readable, writable = os.pipe()
os.write(writable, b"x")
poller, epoll = select.poll(), select.epoll()
poller.register(readable, select.POLLIN)
epoll.register(readable, select.EPOLLIN)


def other(ran):
    greenhost.sleep(0.001)
    ran.append(True)


def loop(name, call):
    ran = []
    greenhost.spawn(other, ran)
    while not ran:
        assert call()
    print(f"{name}: the other ran")


greenhost.spawn(loop, "poll", poller.poll).join()
greenhost.spawn(loop, "select", lambda: select.select([readable], [], [])).join()
greenhost.spawn(loop, "epoll", epoll.poll).join()
