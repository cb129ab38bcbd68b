# SPDX-License-Identifier: MIT OR Apache-2.0
# threading.local, get_ident and contextvars are each task's own; contexts are inherited at spawn.
# hooks: pthread_self
# expect: idents: 4 different
# expect: locals: 0 1 2, main: main
# expect: contexts: main-0 main-1 main-2, main: main
import contextvars
import threading

import greenhost

local = threading.local()
variable = contextvars.ContextVar("variable")
local.name = "main"
variable.set("main")


def work(number):
    assert not hasattr(local, "name")
    local.name = number
    variable.set(f"{variable.get()}-{number}")
    greenhost.checkpoint()
    return threading.get_ident(), local.name, variable.get()


results = [task.result() for task in [greenhost.spawn(work, number) for number in range(3)]]
idents, names, values = zip(*results)
print("idents:", len({*idents, threading.get_ident()}), "different")
print("locals:", *names, end=", main: " + local.name + "\n")
print("contexts:", *values, end=", main: " + variable.get() + "\n")
