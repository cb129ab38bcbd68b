# SPDX-License-Identifier: MIT OR Apache-2.0
# A pool of three thousand threads has as many jobs under way at once, in one thread.
# options: --threads=tasks
# expect: under way at once: 3000
# expect: results: 3000
import concurrent.futures
import threading

SIZE = 3000
barrier = threading.Semaphore(0)
under_way = 0
most = 0


def job(n):
    global under_way, most
    under_way += 1
    most = max(most, under_way)
    if under_way == SIZE:
        barrier.release(SIZE)
    barrier.acquire()
    return n


with concurrent.futures.ThreadPoolExecutor(SIZE) as pool:
    results = set(pool.map(job, range(SIZE)))
print("under way at once:", most)
print("results:", len(results))
