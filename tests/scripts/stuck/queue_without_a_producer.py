# SPDX-License-Identifier: MIT OR Apache-2.0
# queue.Queue.get, for ever, with nobody to put.
# expect-exit: 70
# expect-stderr: all tasks are stuck(.|\n)*self.not_empty.wait
import queue

queue.Queue().get()
