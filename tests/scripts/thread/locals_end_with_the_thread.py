# SPDX-License-Identifier: MIT OR Apache-2.0
# What a thread keeps in thread-locals goes when it ends, within the thread, before join() returns.
# options: --threads=tasks
# expect: gone within the thread: True
# expect: joined
import threading

local = threading.local()


class Value:
    def __del__(self):
        print("gone within the thread:", threading.get_ident() == ident)


def work():
    global ident
    ident = threading.get_ident()
    local.value = Value()


thread = threading.Thread(target=work)
thread.start()
thread.join()
print("joined")
