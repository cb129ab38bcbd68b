# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of gRPC do: grpcio, on a library whose threads poll, and its server."""

import asyncio

import grpc
import grpc_server
from tasks import all_at_once, run_client

from greenhost import spawn


def words():
    return [b"WORD %d" % n for n in range(50)]


def futures(address):
    with grpc.insecure_channel(address) as channel:
        upper = channel.unary_unary("/test.Words/Upper")
        print(all_at_once(lambda n: upper.future(b"word %d" % n).result(20), 0.5) == words())


def streams(address):
    """Each reads an answer that comes in five pieces."""
    with grpc.insecure_channel(address) as channel:
        spell = channel.unary_stream("/test.Words/Spell")
        answers = all_at_once(lambda n: b"".join(spell(b"%05d" % n)), 0.5)
        print(answers == [b"%05d" % n for n in range(50)])


def both_ways(address):
    """Requests and answers in turn: what the server says decides what it is asked next."""
    with grpc.insecure_channel(address) as channel:
        double = channel.stream_stream("/test.Words/Double")

        def work(n):
            heard = []

            def ask():
                for k in range(5):
                    yield b"%d-%d" % (n, k)

            for word in double(ask()):
                heard.append(word)
            return heard == [b"%d-%d" % (n, k // 2) for k in range(10)]

        print({task.result(50) for task in [spawn(work, n) for n in range(50)]})


def times_out(address):
    with grpc.insecure_channel(address) as channel:
        spell = channel.unary_stream("/test.Words/Spell")

        def work(_):
            try:
                return list(spell(b"long" * 50, timeout=0.5))
            except grpc.RpcError as error:
                return error.code()

        print(all_at_once(work, 0.5) == [grpc.StatusCode.DEADLINE_EXCEEDED] * 50)


def serve(_):
    """Both ends in one process."""
    server, port = grpc_server.start()
    futures(f"127.0.0.1:{port}")
    server.stop(None).wait(20)


def in_asyncio(address):
    """grpcio's own way to have many calls at once, in each of several tasks."""

    async def calls(first):
        async with grpc.aio.insecure_channel(address) as channel:
            upper = channel.unary_unary("/test.Words/Upper")
            return await asyncio.gather(*(upper(b"word %d" % n) for n in range(first, first + 10)))

    tasks = [spawn(asyncio.run, calls(first)) for first in range(0, 50, 10)]
    print(sum((task.result(50) for task in tasks), []) == words())


def blocking(address):
    """The calls block the loop, one after the other; nothing worse comes of it."""
    with grpc.insecure_channel(address) as channel:
        upper = channel.unary_unary("/test.Words/Upper")
        ahead = [upper.future(b"word %d" % n) for n in range(45)]
        tasks = [spawn(call.result) for call in ahead]
        tasks += [spawn(upper, b"word %d" % n) for n in range(45, 50)]
        print([task.result(50) for task in tasks] == words())


if __name__ == "__main__":
    run_client(globals())
