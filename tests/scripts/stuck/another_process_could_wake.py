# SPDX-License-Identifier: MIT OR Apache-2.0
# No standstill while a semaphore is awaited that another process has.
# expect: acquired
import multiprocessing
import time


def release(semaphore):
    time.sleep(0.05)
    semaphore.release()


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    semaphore = context.Semaphore(0)
    process = context.Process(target=release, args=(semaphore,))
    process.start()
    semaphore.acquire()
    print("acquired")
    process.join()
