# SPDX-License-Identifier: MIT OR Apache-2.0
"""Loops with asyncio's interface, which are asyncio's own, or uvloop's, or under Tornado."""

import asyncio
import os
import signal
import socket

from support import Meeting, run_program

import greenhost

LOOPS = 20


def choose(library):
    if library == "uvloop":
        import uvloop

        uvloop.install()


async def visit(port, name):
    """A look-up, a connection, a line each way."""
    reader, writer = await asyncio.open_connection("localhost", port, family=socket.AF_INET)
    writer.write(f"{name}\n".encode())
    line = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return line.decode().rstrip("\n")


async def echo(reader, writer):
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    writer.close()


async def talk():
    """A server and its clients, in one loop."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answers = await asyncio.gather(*(visit(port, f"client {n}") for n in range(5)))
    server.close()
    await server.wait_closed()
    return answers


async def child():
    cat = await asyncio.create_subprocess_exec("cat", stdin=-1, stdout=-1)
    out, _ = await cat.communicate(b"through a child")
    return out.decode(), cat.returncode


async def everything(port, number):
    # Before the meeting, so that no other loop forks meanwhile: to fork waits for the lock that a pool
    # holds while it starts a thread, and uvloop refuses a second loop that forks, in threads as well.
    in_thread = await asyncio.to_thread(sum, [1, 2])
    answer = await visit(port, f"loop {number}")
    answers = await talk()
    out = await child()
    return answer, len(set(answers)), out, in_thread


def loops_at_once(library):
    """Each task runs a loop, with a server, clients, a child, a thread."""
    choose(library)
    meeting = Meeting(LOOPS)
    tasks = [
        greenhost.spawn(lambda n: asyncio.run(everything(meeting.port, n)), number)
        for number in range(LOOPS)
    ]
    print(len(set(meeting.hold())))
    for result in {task.result() for task in tasks}:
        print(*result)


async def until_signalled():
    """Returns the signals that it has been sent, the second one by a task of greenhost."""
    loop, heard = asyncio.get_running_loop(), asyncio.Queue()
    loop.add_signal_handler(signal.SIGUSR1, heard.put_nowait, "one")
    loop.add_signal_handler(signal.SIGUSR2, heard.put_nowait, "two")
    os.kill(os.getpid(), signal.SIGUSR1)
    first = await heard.get()
    task = greenhost.spawn(os.kill, os.getpid(), signal.SIGUSR2)
    second = await heard.get()
    task.join()
    return first, second


async def wait(waiting):
    """Wait until somebody sets the future that is left there; leave a word when that is over."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()
    waiting.append((loop, future))
    try:
        await future
    finally:
        waiting.append("its finally ran")


def start_waiting(waiting):
    """A task whose loop waits, that loop, and what to call in it so that it ends."""
    task = greenhost.spawn(asyncio.run, wait(waiting))
    while task.state != "parked" or not waiting:
        greenhost.checkpoint()
    loop, future = waiting[0]
    return task, loop, future.set_result


def signals(library):
    """The main task's loop hears signals, while another loop runs."""
    choose(library)
    task, loop, end = start_waiting([])
    print(*asyncio.run(until_signalled()))
    print("the other is", task.state)
    loop.call_soon_threadsafe(end, None)
    print("it ended with", task.result())


def cancel(library):
    """A task that runs a loop is cancelled: asyncio.run() ends, and a coroutine's finally runs.

    A loop that is written in C does not hear of it before it runs Python next.
    """
    choose(library)
    waiting = []
    task, loop, end = start_waiting(waiting)
    task.cancel()
    greenhost.checkpoint()
    if library == "uvloop":
        print("still", task.state)
        loop.call_soon_threadsafe(end, None)
    print(type(task.exception()).__name__, waiting[1:])


if __name__ == "__main__":
    run_program()
