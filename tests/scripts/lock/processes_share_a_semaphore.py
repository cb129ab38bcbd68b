# SPDX-License-Identifier: MIT OR Apache-2.0
# Semaphores, events and conditions of multiprocessing, across processes, in tasks.
# expect: main goes on
# expect: released by the child
# expect: True 0
import multiprocessing

import greenhost


def child(semaphore, event):
    event.wait()
    semaphore.release()


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    semaphore, event = context.Semaphore(0), context.Event()
    process = context.Process(target=child, args=(semaphore, event))
    process.start()
    task = greenhost.spawn(semaphore.acquire)
    greenhost.checkpoint()
    print("main goes on")
    event.set()
    acquired = task.result()
    print("released by the child")
    process.join()
    print(acquired, process.exitcode)
