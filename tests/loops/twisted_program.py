# SPDX-License-Identifier: MIT OR Apache-2.0
"""Twisted, whose one reactor runs in the main task or in another."""

import os
import signal

from support import Meeting, run_program
from twisted.internet import defer, endpoints, protocol, reactor, threads, utils
from twisted.protocols.basic import LineReceiver

import greenhost


class Echo(LineReceiver):
    """Answers each line in upper case."""

    delimiter = b"\n"

    def lineReceived(self, line):
        self.sendLine(line.upper())


class Visitor(LineReceiver):
    """Says a line, and keeps the answer."""

    delimiter = b"\n"

    def __init__(self, name):
        self.name = name
        self.answer = defer.Deferred()

    def connectionMade(self):
        self.sendLine(self.name.encode())

    def lineReceived(self, line):
        self.transport.loseConnection()
        self.answer.callback(line.decode())


async def visit(port, name):
    """A look-up, a connection, a line each way."""
    visitor = Visitor(name)
    endpoint = endpoints.HostnameEndpoint(reactor, b"localhost", port)
    await endpoints.connectProtocol(endpoint, visitor)
    return await visitor.answer


async def talk():
    """A server and its clients."""
    server = endpoints.TCP4ServerEndpoint(reactor, 0, interface="127.0.0.1")
    port = await server.listen(protocol.Factory.forProtocol(Echo))
    number = port.getHost().port
    visits = [defer.ensureDeferred(visit(number, f"client {n}")) for n in range(5)]
    answers = await defer.gatherResults(visits)
    await port.stopListening()
    return sorted(answers)


async def everything(port, with_signals):
    """What a reactor does; it hears of the end of a child by a signal."""
    try:
        print(await visit(port, "the reactor"))
        print(*await talk())
        print(await threads.deferToThread(sum, [1, 2]))
        if with_signals:
            print(await utils.getProcessOutput("/bin/echo", ["through a child"]))
    finally:
        reactor.stop()


def meet(meeting):
    """Another guest, in blocking code."""
    print(*meeting.hold())


def in_the_main_task():
    meeting = Meeting(1)
    host = greenhost.spawn(meet, meeting)
    reactor.callWhenRunning(lambda: defer.ensureDeferred(everything(meeting.port, True)))
    reactor.run()
    host.result()


def in_a_task():
    meeting = Meeting(1)
    reactor.callWhenRunning(lambda: defer.ensureDeferred(everything(meeting.port, False)))
    task = greenhost.spawn(reactor.run, False)  # signals are the main task's
    meet(meeting)
    task.result()


def signals():
    """A signal ends the reactor, as Twisted has it, whoever sends it."""
    reactor.addSystemEventTrigger("before", "shutdown", print, "shut down")
    task = greenhost.spawn(os.kill, os.getpid(), signal.SIGTERM)
    reactor.run()
    task.join()


if __name__ == "__main__":
    run_program()
