# SPDX-License-Identifier: MIT OR Apache-2.0
# An eventfd is waited for, to be read and to be written.
# hooks: eventfd_read eventfd_write
# expect: eventfd_read parked, then 5
# expect: eventfd_write parked, then None
# expect: 18446744073709551614 and 1
import os

import greenhost

fd = os.eventfd(0)


def blocked(name, call, *arguments):
    task = greenhost.spawn(call, *arguments)
    greenhost.checkpoint()
    return task, f"{name} {task.state}, then "


task, text = blocked("eventfd_read", os.eventfd_read, fd)
os.eventfd_write(fd, 5)
print(text + str(task.result()))
most = 2**64 - 2
os.eventfd_write(fd, most)
task, text = blocked("eventfd_write", os.eventfd_write, fd, 1)
value = os.eventfd_read(fd)
print(text + str(task.result()))
print(value, "and", os.eventfd_read(fd))
