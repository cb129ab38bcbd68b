# SPDX-License-Identifier: MIT OR Apache-2.0
"""10,000 tasks in await_ on one promise, as many on operations, as many each joining the next."""
# expect: parked on a promise 10000, woken 10000
# expect: parked on operations 10000, woken 10000
# expect: parked in join 10000, woken 10000
# expect: none is left

import time

import greenhost
from greenhost import await_, ops, spawn

MANY = 10_000


def parked():
    return sum(task.state == "parked" for task in greenhost.tasks())


def finish(what, tasks, begin):
    time.sleep(0)
    before = parked()
    begin()
    woken = sum(task.result(20) == 1 for task in tasks)
    print(f"parked {what} {before}, woken {woken}")


promise = greenhost.Promise()
finish("on a promise", [spawn(await_, promise) for _ in range(MANY)], lambda: promise.set_result(1))

operations = [ops.sleep(100) for _ in range(MANY)]
tasks = [spawn(lambda o=o: isinstance(o.exception(), greenhost.Cancelled)) for o in operations]
finish("on operations", tasks, lambda: [operation.cancel() for operation in operations])

promise = greenhost.Promise()
chain = [spawn(promise.result)]
for _ in range(MANY - 1):
    chain.append(spawn(chain[-1].result))
finish("in join", chain, lambda: promise.set_result(1))
if len(greenhost.tasks()) == 1:
    print("none is left")
