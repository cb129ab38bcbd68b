# SPDX-License-Identifier: MIT OR Apache-2.0
# Main is at the end of a nursery, in another one, whose task waits for a promise which nobody settles.
# What ends main comes out of them as it is.
# expect-exit: 70
# expect-stderr: main: parked in open_nursery, for the tasks in it(.|\n)*waits for nothing: parked in
import greenhost

promise = greenhost.Promise()
with greenhost.open_nursery(), greenhost.open_nursery() as nursery:
    nursery.start_soon(greenhost.await_, promise, name="waits for nothing")
