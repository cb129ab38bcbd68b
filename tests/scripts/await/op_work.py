# SPDX-License-Identifier: MIT OR Apache-2.0
"""work() runs a function on another thread; blocking there holds up nobody here."""
# expect: 42
# expect: another thread True
# expect: the caller's context, copied: set here, set here
# expect: four at once, and ticks meanwhile
# expect: KeyError('nothing')
# expect: SystemExit(3)
# expect: TypeError TypeError

import contextvars
import threading
import time

from greenhost import await_, ops, spawn

print(await_(ops.work(lambda x: x * 2, 21)))
print("another thread", await_(ops.work(threading.get_native_id)) != threading.get_native_id())

variable = contextvars.ContextVar("variable")
variable.set("set here")


def change():
    before = variable.get()
    variable.set("set there")
    return before


print("the caller's context, copied:", await_(ops.work(change)) + ",", variable.get())

all_there, go_on = threading.Barrier(4), threading.Event()
blocked = [ops.work(lambda: (all_there.wait(), go_on.wait())) for _ in range(4)]
for _ in range(5):
    time.sleep(0.001)
go_on.set()
for operation in blocked:
    await_(operation)
print("four at once, and ticks meanwhile")


def fail(error):
    raise error


for error in (KeyError("nothing"), SystemExit(3)):
    try:
        await_(ops.work(fail, error))
    except BaseException as raised:
        print(repr(raised))
wrong = []
for arguments in ((), (1,)):
    try:
        ops.work(*arguments)
    except TypeError as error:
        wrong.append(type(error).__name__)
print(*wrong)
