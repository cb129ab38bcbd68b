# SPDX-License-Identifier: MIT OR Apache-2.0
"""A task that is done goes with the last reference to it, or with the cycle it is in."""
# expect: alive while it runs: True
# expect: gone with the last reference: True True
# expect: gone with its cycle: True
# expect: a promise that holds itself: True

import gc
import time
import weakref

import greenhost
from greenhost import spawn

gc.disable()


class Argument:
    """Something that can be referred to weakly."""


argument = Argument()
seen = weakref.ref(argument)
gate = greenhost.Promise()
task = weakref.ref(spawn(lambda argument: gate.result(), argument))
del argument
time.sleep(0)
print("alive while it runs:", task() is not None and seen() is not None)
gate.set_result(None)
task().join()
time.sleep(0)
print("gone with the last reference:", task() is None, seen() is None)

box = [spawn(lambda: box)]
box[0].join()
task = weakref.ref(box[0])
del box
time.sleep(0)
gc.collect()
print("gone with its cycle:", task() is None)

promise = greenhost.Promise()
promise.set_result(promise)
reference = weakref.ref(promise)
del promise
gc.collect()
print("a promise that holds itself:", reference() is None)
