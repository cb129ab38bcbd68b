# SPDX-License-Identifier: MIT OR Apache-2.0
"""Loops of every library in one process, which meet each other, and plain blocking code."""

import asyncio
import socket

import asyncio_program
import eventlet_program
import gevent_program
import tornado_program
import trio
import trio_program
import twisted_program
import uvloop
from support import Meeting, run_program
from twisted.internet import defer, reactor

import greenhost


def run_uvloop(port):
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(asyncio_program.visit(port, "uvloop"))


def run_twisted(port):
    visit = defer.ensureDeferred(twisted_program.visit(port, "Twisted"))
    visit.addBoth(lambda answer: reactor.stop() or answer)
    reactor.run(False)
    return visit.result


def run_nothing(port):
    with socket.create_connection(("localhost", port)) as connection:
        return gevent_program.exchange(connection, "plain code")


WORLDS = {
    "asyncio": lambda port: asyncio.run(asyncio_program.visit(port, "asyncio")),
    "eventlet": lambda port: eventlet_program.visit(port, "eventlet"),
    "gevent": lambda port: gevent_program.visit(port, "gevent"),
    "plain code": run_nothing,
    "Tornado": lambda port: tornado_program.run(tornado_program.visit, port, "Tornado"),
    "Trio": lambda port: trio.run(trio_program.visit, port, "Trio"),
    "Twisted": run_twisted,
    "uvloop": run_uvloop,
}


def everybody(times):
    """Every library in several tasks; Twisted, which has one reactor for a process, in one."""
    runs = [run for name, run in WORLDS.items() for _ in range(times if name != "Twisted" else 1)]
    meeting = Meeting(len(runs))
    tasks = [greenhost.spawn(run, meeting.port) for run in runs]
    print(*sorted(set(meeting.hold())), sep=", ")
    print({task.result() for task in tasks})


def once():
    everybody(1)


def five_times():
    everybody(5)


if __name__ == "__main__":
    run_program()
