# SPDX-License-Identifier: MIT OR Apache-2.0
# multiprocessing's three ways to start, used from several tasks at once.
# expect: fork [0, 1, 4] 10
# expect: spawn [0, 1, 4] 10
# expect: forkserver [0, 1, 4] 10
# expect: still parked
import multiprocessing
import time

import greenhost


def square(number):
    return number * number


def add(queue, number):
    queue.put(number + 5)


def use(context):
    queue = context.Queue()
    process = context.Process(target=add, args=(queue, 5))
    process.start()
    with context.Pool(2) as pool:
        squares = pool.map(square, range(3))
    value = queue.get()
    process.join()
    return squares, value


def main():
    other = greenhost.spawn(time.sleep, 60)
    methods = ("fork", "spawn", "forkserver")
    tasks = [greenhost.spawn(use, multiprocessing.get_context(method)) for method in methods]
    for method, task in zip(methods, tasks):
        print(method, *task.result())
    print("still", other.state)
    other.cancel()
    other.join()


if __name__ == "__main__":
    main()
