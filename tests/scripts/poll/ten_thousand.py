# SPDX-License-Identifier: MIT OR Apache-2.0
# Ten thousand tasks are parked in poll() at once.
# hooks: poll
# expect: 10000 parked
# expect: 10000 done
import os
import select

import greenhost

pipes = [os.pipe() for _ in range(100)]
done = 0


def wait(fd):
    global done
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    poller.poll()
    done += 1


tasks = [greenhost.spawn(wait, pipes[i % 100][0]) for i in range(10_000)]
greenhost.checkpoint()
print(sum(task.state == "parked" for task in tasks), "parked")
for _, w in pipes:
    os.write(w, b"x")
for task in tasks:
    task.join()
print(done, "done")
