# SPDX-License-Identifier: MIT OR Apache-2.0
"""While an operation is under way not all is stuck; when the last is over, it is."""
# expect: woken by the operation
# expect-exit: 70
# expect-stderr: all tasks are stuck.*<Promise at 0x[0-9a-f]+: pending>

import greenhost
from greenhost import ops, spawn

operation = ops.sleep(0.05)
promise = greenhost.Promise()
spawn(lambda: (operation.join(), promise.set_result("woken by the operation")))
print(promise.result(), flush=True)
greenhost.Promise().result()
