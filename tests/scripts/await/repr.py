# SPDX-License-Identifier: MIT OR Apache-2.0
"""The repr of an outcome says what it is and how far; of a parked task also what it waits on."""
# expect: <Task one: ready>
# expect: <Task one: parked in clock_nanosleep, since N ms>
# expect: <Task two: parked in join, for <Task one: parked in clock_nanosleep, since N ms>, since N ms>
# expect: <Task three: parked in join, for <Operation sleep: pending>, since N ms>
# expect: <Task main: running>
# expect: <Task one: done>
# expect: <Promise at 0xN: pending> <Promise at 0xN: done> <Promise at 0xN: failed>
# expect: <Operation readable 0: done> <Operation sleep: cancelled>
# expect: <Operation work of <built-in function sleep>: pending> <Operation work: done>
# expect: <class 'greenhost.Task'> greenhost.Promise[int]

import re
import time

import greenhost
from greenhost import await_, ops, spawn


def show(*values):
    text = " ".join(map(repr, values))
    print(re.sub(r"0x[0-9a-f]+", "0xN", re.sub(r"\d+ ms", "N ms", text)))


one = spawn(time.sleep, 1000, name="one")
show(one)
operation = ops.sleep(100)
two = spawn(one.join, name="two")
three = spawn(await_, operation, name="three")
time.sleep(0)
show(one)
show(two)
show(three)
show(greenhost.current_task())
one.cancel()
one.join()
show(one)

promises = [greenhost.Promise() for _ in range(3)]
promises[1].set_result(1)
promises[2].set_exception(ValueError())
promises[2].exception()
show(*promises)
readable = ops.readable(0)
await_(readable)
operation.cancel()
show(readable, operation)
work = ops.work(time.sleep, 0.01)
before = repr(work)
work.join()
print(before, repr(work))
print(type(one), greenhost.Promise[int])
three.join()
