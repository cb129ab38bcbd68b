# SPDX-License-Identifier: MIT OR Apache-2.0
"""Many tasks that do everything at once, at random, for a while: greenhost tests/stress.py [SECONDS] [SEED]

Every job checks its own result; stress_failures.py has those that fail. Signals arrive, children
fork, tasks are cancelled in the midst of it. At the end no task, descriptor, watcher or thread may be
left over, and no memory. A run that hangs says so after a minute without progress, with the stacks of
all tasks; its seed makes another like it.
"""

import asyncio
import concurrent.futures.thread  # noqa: F401
import faulthandler
import gc
import os
import queue
import random
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from stress_failures import FAMILIES
from stress_failures import chance as other_chance

import greenhost
from greenhost import ops

# concurrent.futures.thread is imported above because asyncio.to_thread() would do so in the midst of
# it. It has a fork take its lock before and release it after; CPython does the second alone where the
# import comes between the two.

TASKS = 150
PATIENCE = 60
# libuv's threads; whatever others there are end by themselves.
POOL = 4
# How much more memory there may be at the end: what CPython and malloc keep for later.
MORE_BLOCKS = 50_000
MORE_KIB = 64 * 1024

chance = random.Random()
directory = tempfile.mkdtemp()
shared_lock = threading.Lock()
shared_rlock = threading.RLock()
shared_queue: queue.Queue = queue.Queue()
inside = 0
counts: dict[str, list[int]] = {}
signals = 0


def a_while(most=0.02):
    return chance.choice((0, 0.0001, chance.random() * most))


def sleep():
    time.sleep(a_while())


def stream():
    size = chance.choice((1, 1000, 300_000))
    one, other = socket.socketpair()
    with one, other:

        def send():
            one.sendall(b"x" * size)
            one.shutdown(socket.SHUT_WR)

        sender = greenhost.spawn(send)
        try:
            received = 0
            while data := other.recv(chance.choice((10_000, 100_000))):
                received += len(data)
                if chance.random() < 0.2:
                    time.sleep(a_while(0.002))
            sender.result()
            assert received == size, (received, size)
        finally:
            sender.cancel()
            sender.join()


def tcp():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection, connection.makefile("rwb") as file:
                file.write(file.readline().upper())

        task = greenhost.spawn(serve)
        try:
            with socket.create_connection(server.getsockname(), timeout=30) as client:
                client.sendall(b"hello\n")
                answer = b""
                while data := client.recv(100):
                    answer += data
                assert answer == b"HELLO\n", answer
        finally:
            task.cancel()
            task.join()


def time_out():
    one, other = socket.socketpair()
    with one, other:
        other.settimeout(a_while() or 0.001)
        try:
            other.recv(1)
        except TimeoutError:
            return
        raise AssertionError("received nothing, but in time")


def closed_under_a_reader():
    read, write = os.pipe()

    def wait():
        try:
            return os.read(read, 1)
        except OSError as error:
            return error.errno

    task = greenhost.spawn(wait)
    try:
        sleep()
    finally:
        os.close(read)
        os.close(write)
        task.cancel()
        task.join()


def pipe():
    read, write = os.pipe()
    with open(read, "rb") as reader, open(write, "wb") as writer:

        def fill():
            with writer:
                writer.write(b"y" * 200_000)

        task = greenhost.spawn(fill)
        try:
            assert len(reader.read()) == 200_000
            task.result()
        finally:
            task.cancel()
            task.join()


def files():
    name = os.path.join(directory, f"{threading.get_ident()}-{chance.random()}")
    text = "line\n" * chance.randrange(5000)
    try:
        with open(name, "w+") as file:
            file.write(text)
            file.flush()
            if chance.random() < 0.1:
                os.fsync(file.fileno())
            file.seek(0)
            assert file.read() == text
    finally:
        if os.path.exists(name):
            os.unlink(name)


def process():
    done = subprocess.run(["sh", "-c", "cat; exit 7"], input=b"z" * 50_000, capture_output=True)
    assert (done.returncode, len(done.stdout)) == (7, 50_000), done.returncode


def slow_process():
    try:
        subprocess.run(["sleep", "10"], timeout=a_while())
    except subprocess.TimeoutExpired:
        return
    raise AssertionError("it can't have ended")


def lock():
    global inside
    with shared_lock:
        inside += 1
        assert inside == 1
        try:
            time.sleep(a_while(0.0005))
        finally:
            inside -= 1


def rlock():
    with shared_rlock, shared_rlock:
        time.sleep(a_while(0.0005))


def impatient_lock():
    if shared_lock.acquire(timeout=a_while()):
        shared_lock.release()


def queues():
    shared_queue.put(1)
    assert shared_queue.get() == 1


def thread():
    events = [threading.Event(), threading.Event()]

    def work():
        events[0].wait()
        time.sleep(a_while(0.002))
        with shared_lock:
            events[1].set()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        time.sleep(a_while(0.002))
    finally:
        events[0].set()
    assert events[1].wait(PATIENCE)
    worker.join()


def names():
    address = socket.getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)[0][4]
    assert address == ("127.0.0.1", 80)


def polling():
    one, other = socket.socketpair()
    with one, other:
        task = greenhost.spawn(one.send, b"!")
        try:
            ready, _, _ = select.select([other], [], [], PATIENCE)
            assert ready == [other]
        finally:
            task.cancel()
            task.join()


async def coroutines():
    async def one(number):
        await asyncio.sleep(a_while())
        return number

    assert await asyncio.gather(*(one(number) for number in range(5))) == [0, 1, 2, 3, 4]
    if chance.random() < 0.2:
        assert await asyncio.to_thread(sum, [1, 2]) == 3
    try:
        await asyncio.wait_for(asyncio.sleep(PATIENCE), 0.001)
    except asyncio.TimeoutError:
        return
    raise AssertionError("it slept too little")


def event_loop():
    asyncio.run(coroutines())


def fork():
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            read, write = os.pipe()
            writer = greenhost.spawn(os.write, write, b"!")
            code = 5 if os.read(read, 1) == b"!" and writer.result() == 1 else 2
            time.sleep(0.0001)
        finally:
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code == 5, code


def work():
    assert greenhost.await_(ops.work(sum, [1, 2, 3])) == 6


def compute():
    assert sum(number for number in range(20_000)) == 199_990_000


JOBS = [sleep, stream, tcp, time_out, closed_under_a_reader, pipe, files, process, slow_process]
JOBS += [
    lock,
    rlock,
    impatient_lock,
    queues,
    thread,
    names,
    polling,
    event_loop,
    fork,
    work,
    compute,
]
WEIGHTS = [1 if job in (process, slow_process, fork, thread) else 5 for job in JOBS]
# These may be left in the middle, since they clean up after themselves.
CAN_CANCEL = {sleep, stream, tcp, time_out, closed_under_a_reader, pipe, files, lock, rlock, names}
CAN_CANCEL |= {impatient_lock, polling, work, compute, event_loop}

for job, cancellable, weight in FAMILIES:
    JOBS.append(job)
    WEIGHTS.append(weight)
    CAN_CANCEL |= {job} if cancellable else set()


def count(job, what):
    counts.setdefault(job.__name__, [0, 0])[what] += 1


def run_one(job):
    task = greenhost.spawn(job, name=job.__name__)
    try:
        if job in CAN_CANCEL and chance.random() < 0.2:
            time.sleep(a_while(0.005))
            task.cancel()
        task.result()
        count(job, 0)
    except greenhost.Cancelled:
        count(job, 1)


def worker(until):
    while time.monotonic() < until:
        run_one(chance.choices(JOBS, WEIGHTS)[0])


def on_signal(number, frame):
    global signals
    signals += 1


def watch(workers):
    """Joins them, and tells on a run that makes no progress."""
    before = None
    for task in workers:
        while not task.join(PATIENCE):
            now = sum(map(sum, counts.values()))
            if now == before:
                faulthandler.dump_traceback(all_threads=True)
                greenhost.dump()
                sys.exit("stress: no progress")
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


def one_round(seconds):
    until = time.monotonic() + seconds
    signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
    watch([greenhost.spawn(worker, until) for _ in range(TASKS)])
    signal.setitimer(signal.ITIMER_REAL, 0)


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    print("seed", seed, flush=True)
    chance.seed(seed)
    other_chance.seed(seed)
    signal.signal(signal.SIGALRM, on_signal)
    signal.signal(signal.SIGUSR1, on_signal)
    one_round(min(5, seconds / 4))  # whatever is made once is there from now on
    settle(left_over() | {"threads": 1 + POOL})
    before, (blocks, resident) = left_over(), memory()
    one_round(seconds)
    settle(before)
    more_blocks, more_resident = memory()
    print(f"blocks {blocks} -> {more_blocks}, resident {resident} -> {more_resident} KiB")
    assert more_blocks < blocks + MORE_BLOCKS and more_resident < resident + MORE_KIB
    os.rmdir(directory)
    for name, (done, cancelled) in sorted(counts.items()):
        print(f"{name:24}{done:8}{cancelled:8}")
    print(f"{signals} signals")


main()
