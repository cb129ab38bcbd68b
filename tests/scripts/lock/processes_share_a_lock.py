# SPDX-License-Identifier: MIT OR Apache-2.0
# A lock of multiprocessing keeps a task and the child out of each other's way.
# expect: 200
import multiprocessing

import greenhost


def count(value):
    for _ in range(50):
        with value:
            value.value += 1


if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    value = context.Value("i", 0)
    processes = [context.Process(target=count, args=(value,)) for _ in range(2)]
    for process in processes:
        process.start()
    for task in [greenhost.spawn(count, value) for _ in range(2)]:
        task.result()
    for process in processes:
        process.join()
    print(value.value)
