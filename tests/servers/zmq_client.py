# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of ZeroMQ do: pyzmq, on a library that owns threads and has its own signalling."""

import time

import zmq
from tasks import all_at_once, cancel_at_once, run_client

from greenhost import spawn


def reply(context, seconds):
    """A worker of the guide's multithreaded server: one request at a time."""
    with context.socket(zmq.REP) as socket:
        socket.connect("inproc://workers")
        while True:
            word = socket.recv_string()
            time.sleep(seconds)
            socket.send_string(word.upper())


def proxy(context, address):
    with context.socket(zmq.ROUTER) as front, context.socket(zmq.DEALER) as back:
        front.bind(address)
        back.bind("inproc://workers")
        zmq.proxy(front, back)


def end(context, tasks):
    """Ends everything: whoever waits at a socket of the context is told that it is no more."""
    context.term()
    for task in tasks:
        assert isinstance(task.exception(20), zmq.ContextTerminated), task


def requests(directory):
    """Clients, a proxy and workers, each in a task."""
    context = zmq.Context()
    tasks = [spawn(proxy, context, f"ipc://{directory}/server")]
    tasks += [spawn(reply, context, 0.5) for _ in range(50)]

    def ask(n):
        with context.socket(zmq.REQ) as socket:
            socket.connect(f"ipc://{directory}/server")
            socket.send_string(f"word {n}")
            return socket.recv_string()

    print(all_at_once(ask, 0.5) == [f"WORD {n}" for n in range(50)])
    end(context, tasks)


def times_out(directory):
    """Nobody is there: RCVTIMEO and a poller both give up in time."""
    context = zmq.Context()

    def wait(n):
        with context.socket(zmq.REQ) as socket:
            socket.linger = 0
            socket.rcvtimeo = 500
            socket.connect(f"ipc://{directory}/nobody")
            socket.send(b"anybody?")
            if n % 2:
                return socket.poll(500)
            try:
                socket.recv()
            except zmq.Again:
                return 0

    print(all_at_once(wait, 0.5) == [0] * 50)
    context.term()


def pipeline(directory):
    """What one pushes, 50 pull; and each pushes what it made of it to one that gathers."""
    context = zmq.Context()
    source, sink = context.socket(zmq.PUSH), context.socket(zmq.PULL)
    source.bind(f"ipc://{directory}/source")
    sink.bind(f"ipc://{directory}/sink")

    def work():
        with context.socket(zmq.PULL) as pull, context.socket(zmq.PUSH) as push:
            pull.connect(f"ipc://{directory}/source")
            push.connect(f"ipc://{directory}/sink")
            while True:
                push.send_pyobj(pull.recv_pyobj() ** 2)

    tasks = [spawn(work) for _ in range(50)]
    feeder = spawn(lambda: [source.send_pyobj(n) for n in range(5000)])
    print(sorted(sink.recv_pyobj() for _ in range(5000)) == [n * n for n in range(5000)])
    feeder.result(20)
    source.close()
    sink.close()
    end(context, tasks)


def subscribe(directory):
    """What is published reaches all, once they have subscribed."""
    context = zmq.Context()
    publisher = context.socket(zmq.XPUB)
    publisher.xpub_verboser = True
    publisher.bind("inproc://news")

    def listen():
        with context.socket(zmq.SUB) as socket:
            socket.connect("inproc://news")
            socket.subscribe("weather")
            return socket.recv_multipart()

    tasks = [spawn(listen) for _ in range(50)]
    for _ in tasks:
        publisher.recv()
    publisher.send_multipart([b"sports", b"1:0"])
    publisher.send_multipart([b"weather", b"rain"])
    print({tuple(task.result(20)) for task in tasks})
    publisher.close()
    context.term()


def cancel(directory):
    context = zmq.Context()
    socket = context.socket(zmq.PULL)
    socket.bind(f"ipc://{directory}/nobody")
    task = spawn(socket.recv)
    while task.state != "parked":
        time.sleep(0.01)
    cancel_at_once(task)
    socket.close()
    context.term()


if __name__ == "__main__":
    run_client(globals())
