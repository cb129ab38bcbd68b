# SPDX-License-Identifier: MIT OR Apache-2.0
"""eventlet, a hub in each task: with its own modules, and with everything patched."""

import sys

import eventlet

if "patched" in sys.argv[1]:
    eventlet.monkey_patch()

import os
import signal
import socket
import subprocess

from eventlet import tpool
from eventlet.green import socket as green_socket
from eventlet.green import subprocess as green_subprocess
from plain import echo, exchange, patched_threads, patched_visit
from support import Meeting, run_program

import greenhost

HUBS = 20


def visit(port, name):
    """A look-up, a connection, a line each way."""
    return exchange(green_socket.create_connection(("localhost", port)), name)


def talk():
    """A server and its clients, in one hub."""
    listener = eventlet.listen(("127.0.0.1", 0))
    server = eventlet.spawn(eventlet.serve, listener, echo)
    port = listener.getsockname()[1]
    clients = [eventlet.spawn(visit, port, f"client {n}") for n in range(5)]
    answers = [client.wait() for client in clients]
    server.kill()
    return answers[4]


def everything(port, number):
    answer = visit(port, f"hub {number}")
    last = talk()
    cat = green_subprocess.Popen(["cat"], stdin=-1, stdout=-1)
    out = cat.communicate(b"through a child")[0].decode()
    with eventlet.Timeout(0.001, False):
        eventlet.Event().wait()
    return answer, last, out


def hubs_at_once():
    """Each task has a hub, with a server, clients, a child, a timeout."""
    meeting = Meeting(HUBS)
    tasks = [greenhost.spawn(everything, meeting.port, n) for n in range(HUBS)]
    print(len(set(meeting.hold())))
    for result in {task.result() for task in tasks}:
        print(*result)


def signals_and_threads():
    """The main task's hub has signals, and threads, while another hub runs."""
    meeting, heard = Meeting(1), []
    task = greenhost.spawn(visit, meeting.port, "the other")
    signal.signal(signal.SIGUSR1, lambda *_: heard.append("one"))
    greenhost.spawn(os.kill, os.getpid(), signal.SIGUSR1)
    while not heard:  # a handler of a signal does not wake eventlet's hub
        eventlet.sleep(0.001)
    print(*heard)
    print(tpool.execute(sum, [1, 2]))
    tpool.killall()
    print(*meeting.hold(), "heard", task.result())


# ---- everything patched: plain blocking code ----


def patched_talk():
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            eventlet.spawn(echo, *listener.accept())

    server = eventlet.spawn(serve)
    port = listener.getsockname()[1]
    clients = [eventlet.spawn(patched_visit, port, f"client {n}") for n in range(5)]
    answers = [client.wait() for client in clients]
    server.kill()
    listener.close()
    return answers[4]


def patched_everything(port, number):
    answer = patched_visit(port, f"hub {number}")
    cat = subprocess.run(["cat"], input=b"through a child", capture_output=True)
    return (
        answer,
        patched_talk(),
        patched_threads(),
        cat.stdout.decode(),
        cat.returncode,
    )


def patched_hubs_at_once():
    """Each task has a hub; so does the main task, in which the meeting is held."""
    meeting = Meeting(HUBS)
    tasks = [greenhost.spawn(patched_everything, meeting.port, n) for n in range(HUBS)]
    print(len(set(meeting.hold())))
    for result in {task.result() for task in tasks}:
        print(*result)


if __name__ == "__main__":
    run_program()
