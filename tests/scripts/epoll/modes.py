# SPDX-License-Identifier: MIT OR Apache-2.0
# Edges, single shots and batches are the program's own, and none is lost to the loop.
# hooks: epoll_wait
# expect: edge 1, again 0
# expect: one shot 1, again 0, rearmed 1
# expect: batches 2 1
import os
import select

import greenhost

pipes = [os.pipe() for _ in range(3)]


def feed():
    for _, w in pipes:
        os.write(w, b"x")


def wait():
    edge, shot, batch = select.epoll(), select.epoll(), select.epoll()
    edge.register(pipes[0][0], select.EPOLLIN | select.EPOLLET)
    shot.register(pipes[0][0], select.EPOLLIN | select.EPOLLONESHOT)
    for r, _ in pipes:
        batch.register(r, select.EPOLLIN | select.EPOLLET)
    greenhost.spawn(feed)
    print(f"edge {len(edge.poll())}, again {len(edge.poll(0.01))}")
    print(f"one shot {len(shot.poll())}, again {len(shot.poll(0.01))},", end=" ")
    shot.modify(pipes[0][0], select.EPOLLIN | select.EPOLLONESHOT)
    print("rearmed", len(shot.poll()))
    print("batches", len(batch.poll(maxevents=2)), len(batch.poll()))


greenhost.spawn(wait).join()
