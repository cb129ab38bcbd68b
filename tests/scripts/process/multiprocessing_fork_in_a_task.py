# SPDX-License-Identifier: MIT OR Apache-2.0
# A process of multiprocessing forked by a task that threading knows ends as any other: with 0.
# expect: in the child: True
# expect: 0
import multiprocessing
import threading

import greenhost


def child():
    print("in the child:", threading.current_thread() is threading.main_thread(), flush=True)


def work():
    threading.current_thread()
    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    return process.exitcode


print(greenhost.spawn(work).result())
