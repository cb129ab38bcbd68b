# SPDX-License-Identifier: MIT OR Apache-2.0
# Main is at the end of a nursery whose task waits for a promise which nobody settles.
# expect-exit: 70
# expect-stderr: main: parked in open_nursery, for the tasks in it(.|\n)*waits for nothing: parked in
import greenhost

promise = greenhost.Promise()
try:
    with greenhost.open_nursery() as nursery:
        nursery.start_soon(greenhost.await_, promise, name="waits for nothing")
except BaseExceptionGroup as group:
    raise SystemExit(group.exceptions[0].code) from None
