# SPDX-License-Identifier: MIT OR Apache-2.0
# Ten thousand tasks, each parked in recv; with fewer sockets than tasks where the limit is low.
# hooks: recv
# expect: 10000 parked
# expect: 10000 answered
import resource
import socket

import greenhost

TASKS = 10_000
_, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
few = limit != resource.RLIM_INFINITY and limit < TASKS + 100
there = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)


def receiver():
    one = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.bind("")
    return one


sockets = [receiver() for _ in range(limit // 2 if few else TASKS)]
tasks = [greenhost.spawn(sockets[i % len(sockets)].recv, 100) for i in range(TASKS)]
greenhost.checkpoint()
print(sum(task.state == "parked" for task in tasks), "parked")
for i in range(TASKS):
    there.sendto(b"%d" % i, sockets[i % len(sockets)].getsockname())
answers = sorted(int(task.result()) for task in tasks)
print(sum(answer == i for i, answer in enumerate(answers)), "answered")
