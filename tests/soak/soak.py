# SPDX-License-Identifier: MIT OR Apache-2.0
"""Many tasks that do everything at once, at random: soak.py SECONDS SEED [FAMILY...]

Every job checks its own result. Signals arrive, children fork, tasks are cancelled in the midst of
it. At the end no task, descriptor, watcher or thread may be left over, and no memory. A run that
hangs says so after a minute without progress, with the stacks of all tasks; its seed makes another
like it, and some of the families alone may tell whose fault it is.
"""

import faulthandler
import gc
import os
import signal
import sys
import time
import traceback
import warnings

import calls
import failing
import tasks
from common import PATIENCE, a_while, chance

import greenhost

WORKERS = 150
# Threads that stay: the loop's, libuv's pool and the watchdog. Whatever others there are end by themselves.
THREADS = 1 + 4 + 1
# How much more memory there may be at the end: what CPython and malloc keep for later.
MORE_BLOCKS = 50_000
MORE_KIB = 64 * 1024

# A job, how often it is chosen, and whether it may be left in the middle, because it cleans up after
# itself.
FAMILIES = [
    (calls.sleep, 5, True),
    (calls.stream, 5, True),
    (calls.tcp, 5, True),
    (calls.datagrams, 3, True),
    (calls.polling, 5, True),
    (calls.names, 5, True),
    (calls.pipe, 5, True),
    (calls.files, 5, True),
    (calls.database, 1, False),
    (calls.process, 1, False),
    (calls.fork, 1, False),
    (calls.lock, 5, True),
    (calls.rlock, 5, True),
    (calls.impatient_lock, 5, True),
    (calls.queues, 5, False),
    (calls.thread, 1, False),
    (calls.mutex_of_c, 5, False),
    (calls.condition_of_c, 5, False),
    (calls.stdio, 3, False),
    (calls.compute, 5, True),
    (failing.failing_server, 3, False),
    (failing.missing_server, 3, True),
    (failing.server_goes_away, 3, False),
    (failing.peer_goes_away, 2, False),
    (failing.time_out, 5, True),
    (failing.closed_under_a_reader, 5, False),
    (failing.replaced_under_a_reader, 3, False),
    (failing.closed_under_an_epoll, 3, False),
    (failing.terminal, 2, False),
    (failing.file_lock, 1, True),
    (failing.slow_child, 1, False),
    (failing.killed_child, 1, False),
    (failing.missing_program, 1, False),
    (tasks.time_limit, 5, False),
    (tasks.shielded, 3, False),
    (tasks.nursery, 3, False),
    (tasks.failing_nursery, 3, False),
    (tasks.channel, 3, True),
    (tasks.thread_for_a_call, 1, False),
    (tasks.preemptive, 1, True),
    (tasks.promise, 1, False),
    (tasks.work, 5, True),
    (tasks.failing_work, 3, True),
    (tasks.awaited_signal, 3, False),
    (tasks.asyncio_loop, 3, True),
    (tasks.asyncio_thread, 1, False),
    (tasks.trio_loop, 1, False),
    (tasks.awaiting_asyncio, 3, True),
    (tasks.awaiting_trio, 3, True),
    (tasks.portal, 2, True),
]

counts = {job.__name__: [0, 0] for job, _, _ in FAMILIES}
failures: list[str] = []
signals = 0


def run_one(job, may_cancel):
    task = greenhost.spawn(job, name=job.__name__)
    cancel = may_cancel and chance.random() < 0.2
    if cancel:
        time.sleep(a_while(0.005))
        task.cancel()
    try:
        task.result()
        counts[job.__name__][0] += 1
    except greenhost.Cancelled:
        counts[job.__name__][1] += 1
    except BaseException:
        failures.append(f"{job.__name__}{', cancelled' * cancel}: {traceback.format_exc()}")


def worker(families, until):
    weights = [weight for _, weight, _ in families]
    while time.monotonic() < until and not failures:
        job, _, may_cancel = chance.choices(families, weights)[0]
        run_one(job, may_cancel)


def on_signal(number, frame):
    global signals
    signals += 1


def watch(workers):
    """Joins them, and tells on a run that makes no progress."""
    before = sum(map(sum, counts.values()))
    for task in workers:
        while not task.join(PATIENCE):
            now = sum(map(sum, counts.values()))
            if now == before:
                faulthandler.dump_traceback(all_threads=True)
                greenhost.dump()
                sys.exit("soak: no progress")
            before = now


def watchers():
    """How many descriptors the epoll instances of this process watch."""
    count = 0
    for number in os.listdir("/proc/self/fdinfo"):
        try:
            with open(f"/proc/self/fdinfo/{number}") as file:
                count += sum(line.startswith("tfd:") for line in file)
        except FileNotFoundError:
            continue  # it was the listing's own
    return count


def memory():
    """Python's blocks, and KiB that are in memory."""
    gc.collect()
    with open("/proc/self/status") as file:
        resident = next(line for line in file if line.startswith("VmRSS:"))
    return sys.getallocatedblocks(), int(resident.split()[1])


def left_over():
    return {
        "watchers": watchers(),
        "tasks": len(greenhost.tasks()),
        "threads": len(os.listdir("/proc/self/task")),
        "descriptors": sorted(os.listdir("/proc/self/fd"), key=int),
    }


def settle(before):
    """Waits for threads that were about to end."""
    until = time.monotonic() + PATIENCE
    while left_over() != before and time.monotonic() < until:
        time.sleep(0.05)
    assert left_over() == before, (before, left_over())


def one_round(families, seconds):
    until = time.monotonic() + seconds
    signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
    watch([greenhost.spawn(run_one, job, False) for job, _, _ in families])
    watch([greenhost.spawn(worker, families, until) for _ in range(WORKERS)])
    signal.setitimer(signal.ITIMER_REAL, 0)
    if failures:
        sys.exit("\n".join(failures))


def soak(families, seconds):
    one_round(FAMILIES, min(5, seconds / 4))  # whatever is made once is there from now on
    settle(left_over() | {"threads": THREADS})
    before, (blocks, resident) = left_over(), memory()
    one_round(families, seconds)
    settle(before)
    more_blocks, more_resident = memory()
    print(f"blocks {blocks} -> {more_blocks}, resident {resident} -> {more_resident} KiB")
    assert more_blocks < blocks + MORE_BLOCKS and more_resident < resident + MORE_KIB


def main():
    seconds, seed, *chosen = sys.argv[1:]
    print("seed", seed, flush=True)
    chance.seed(int(seed))
    signal.signal(signal.SIGALRM, on_signal)
    signal.signal(signal.SIGUSR1, on_signal)
    # asyncio.run() that is cancelled as it shuts down says so, as it does at Ctrl-C under python3.
    warnings.filterwarnings("ignore", "coroutine 'BaseEventLoop.shutdown")
    soak([row for row in FAMILIES if not chosen or row[0].__name__ in chosen], float(seconds))
    for name, (done, cancelled) in sorted(counts.items()):
        print(f"{name:24}{done:8}{cancelled:8}")
    print(f"{signals} signals")


main()
