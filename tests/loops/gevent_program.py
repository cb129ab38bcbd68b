# SPDX-License-Identifier: MIT OR Apache-2.0
"""gevent, a hub in each task: with its own sockets, and with everything patched.

Whoever patches does so before anything else is imported, as gevent asks for.
"""

import sys

if "patched" in sys.argv[1]:
    from gevent import monkey

    monkey.patch_all()

import os
import signal
import socket
import subprocess
import threading

import gevent
import gevent.event
import gevent.hub
import gevent.queue
import gevent.server
import gevent.signal
import gevent.socket
import gevent.subprocess
from plain import echo, exchange, patched_threads, patched_visit
from support import Meeting, run_program

import greenhost

HUBS = 20


# ---- gevent's own interface ----


def visit(port, name):
    """A look-up, a connection, a line each way."""
    return exchange(gevent.socket.create_connection(("localhost", port)), name)


def talk():
    """A server and its clients, in one hub."""
    server = gevent.server.StreamServer(("127.0.0.1", 0), echo)
    server.start()
    clients = [gevent.spawn(visit, server.server_port, f"client {n}") for n in range(5)]
    answers = [client.get() for client in clients]
    server.stop()
    return answers[4]


def everything(port, number):
    hub = gevent.get_hub()
    answer = visit(port, f"hub {number}")
    last = talk()
    in_thread = hub.threadpool.apply(sum, [[1, 2]])
    with gevent.Timeout(0.001, False):
        gevent.event.Event().wait()
    hub.destroy()
    return answer, last, in_thread


def hubs_at_once():
    """Each task has a hub, with a server, clients, a thread, a timeout."""
    meeting = Meeting(HUBS)
    tasks = [greenhost.spawn(everything, meeting.port, n) for n in range(HUBS)]
    print(len(set(meeting.hold())))
    for result in {task.result() for task in tasks}:
        print(*result)


def start_waiting(waiting):
    """A task whose hub waits; what wakes it is left in the list."""

    def wait():
        word = gevent.queue.Queue()
        waiting.append(gevent.get_hub().loop.async_())
        waiting[0].start(lambda: word.put("woken"))
        return word.get()

    task = greenhost.spawn(wait)
    while task.state != "parked" or not waiting:
        greenhost.checkpoint()
    return task


def signals_and_children():
    """The main task's hub hears signals and has children, while another hub runs."""
    waiting, heard = [], gevent.queue.Queue()
    task = start_waiting(waiting)
    gevent.signal_handler(signal.SIGUSR1, heard.put, "one")
    gevent.signal_handler(signal.SIGUSR2, heard.put, "two")
    os.kill(os.getpid(), signal.SIGUSR1)
    print(heard.get())
    greenhost.spawn(os.kill, os.getpid(), signal.SIGUSR2).join()
    print(heard.get())
    cat = gevent.subprocess.Popen(["cat"], stdin=-1, stdout=-1)
    print(cat.communicate(b"through a child")[0].decode(), cat.returncode)
    waiting[0].send()
    print("the other was", task.result())


def cancel():
    """A hub hears of a cancel when it next runs Python, and has been told to pass it on."""
    gevent.hub.Hub.SYSTEM_ERROR += (greenhost.Cancelled,)
    gevent.hub.Hub.NOT_ERROR += (greenhost.Cancelled,)
    waiting = []
    task = start_waiting(waiting)
    task.cancel()
    greenhost.checkpoint()
    print("still", task.state)
    waiting[0].send()
    print(type(task.exception()).__name__)


# ---- everything patched: plain blocking code ----


def patched_talk():
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            gevent.spawn(echo, *listener.accept())

    server = gevent.spawn(serve)
    port = listener.getsockname()[1]
    clients = [gevent.spawn(patched_visit, port, f"client {n}") for n in range(5)]
    answers = [client.get() for client in clients]
    server.kill()
    listener.close()
    return answers[4]


def patched_everything(port, number):
    answer = patched_visit(port, f"hub {number}")
    return (
        answer,
        patched_talk(),
        patched_threads(),
        threading.current_thread().name[:5],
    )


def patched_hubs_at_once():
    """Each task has a hub; so does the main task, in which the meeting is held."""
    meeting = Meeting(HUBS)
    tasks = [greenhost.spawn(patched_everything, meeting.port, n) for n in range(HUBS)]
    print(len(set(meeting.hold())))
    cat = subprocess.run(["cat"], input=b"through a child", capture_output=True)
    print(cat.stdout.decode(), cat.returncode)
    for result in {task.result() for task in tasks}:
        print(*result)


if __name__ == "__main__":
    run_program()
