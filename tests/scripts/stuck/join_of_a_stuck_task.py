# SPDX-License-Identifier: MIT OR Apache-2.0
# Main joins a task that waits for a promise which nobody settles.
# expect-exit: 70
# expect-stderr: main: parked in join, for <Task waits for nothing(.|\n)*waits for nothing: parked in
import greenhost

promise = greenhost.Promise()
greenhost.spawn(greenhost.await_, promise, name="waits for nothing").join()
