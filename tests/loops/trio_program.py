# SPDX-License-Identifier: MIT OR Apache-2.0
"""Trio, in many tasks at once."""

import os
import signal

import trio
from support import Meeting, run_program

import greenhost

LOOPS = 20


async def visit(port, name):
    """A look-up, a connection, a line each way."""
    async with await trio.open_tcp_stream("localhost", port) as stream:
        await stream.send_all(f"{name}\n".encode())
        return (await stream.receive_some(100)).decode().rstrip("\n")


async def echo(stream):
    async for data in stream:
        await stream.send_all(data.upper())


async def talk():
    """A server and its clients, in one loop."""
    answers = set()
    async with trio.open_nursery() as serving:
        listeners = await serving.start(trio.serve_tcp, echo, 0)
        port = listeners[0].socket.getsockname()[1]

        async def client(number):
            answers.add(await visit(port, f"client {number}"))

        async with trio.open_nursery() as clients:
            for number in range(5):
                clients.start_soon(client, number)
        serving.cancel_scope.cancel()
    return len(answers)


async def everything(port, number):
    answer = await visit(port, f"loop {number}")
    answers = await talk()
    cat = await trio.run_process(["cat"], stdin=b"through a child", capture_stdout=True)
    in_thread = await trio.to_thread.run_sync(sum, [1, 2])
    return answer, answers, cat.stdout.decode(), in_thread


def loops_at_once():
    """Each task runs a loop, with a server, clients, a child, a thread."""
    meeting = Meeting(LOOPS)
    tasks = [greenhost.spawn(trio.run, everything, meeting.port, n) for n in range(LOOPS)]
    print(len(set(meeting.hold())))
    for result in {task.result() for task in tasks}:
        print(*result)


async def until_signalled():
    """Returns the signals that it has been sent, the second one by a task of greenhost."""
    with trio.open_signal_receiver(signal.SIGUSR1, signal.SIGUSR2) as signals:
        os.kill(os.getpid(), signal.SIGUSR1)
        first = await signals.__anext__()
        task = greenhost.spawn(os.kill, os.getpid(), signal.SIGUSR2)
        second = await signals.__anext__()
        task.join()
        return signal.Signals(first).name, signal.Signals(second).name


async def wait(waiting):
    """Wait until whoever is left there is told to cancel it, as Trio does."""
    with trio.CancelScope() as scope:
        waiting.append((trio.lowlevel.current_trio_token(), scope))
        await trio.sleep_forever()
    return scope.cancelled_caught


def signals():
    """The main task's loop hears signals, while another loop runs, which Trio's own means end."""
    waiting = []
    task = greenhost.spawn(trio.run, wait, waiting)
    while not waiting:
        greenhost.checkpoint()
    print(*trio.run(until_signalled))
    token, scope = waiting[0]
    token.run_sync_soon(scope.cancel)
    print("the other was cancelled:", task.result())


if __name__ == "__main__":
    run_program()
