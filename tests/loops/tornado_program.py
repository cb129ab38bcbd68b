# SPDX-License-Identifier: MIT OR Apache-2.0
"""Tornado, in many tasks at once."""

import asyncio

import tornado.httpclient
import tornado.httpserver
import tornado.ioloop
import tornado.netutil
import tornado.process
import tornado.tcpclient
import tornado.web
from support import Meeting, run_program

import greenhost

LOOPS = 20


class Upper(tornado.web.RequestHandler):
    """Answers with the path, in upper case, after other requests may have come."""

    async def get(self):
        await asyncio.sleep(0)
        self.write(self.request.path.upper())


async def visit(port, name):
    """A look-up, a connection, a line each way."""
    stream = await tornado.tcpclient.TCPClient().connect("localhost", port)
    await stream.write(f"{name}\n".encode())
    return (await stream.read_until(b"\n")).decode().rstrip("\n")


async def talk():
    """An HTTP server and its clients, in one loop."""
    server = tornado.httpserver.HTTPServer(tornado.web.Application([("/.*", Upper)]))
    sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    address = f"http://localhost:{sockets[0].getsockname()[1]}"
    client = tornado.httpclient.AsyncHTTPClient()
    answers = await asyncio.gather(*(client.fetch(f"{address}/client/{n}") for n in range(5)))
    server.stop()
    return sorted(answer.body.decode() for answer in answers)


async def everything(port, number):
    answer = await visit(port, f"loop {number}")
    pages = await talk()
    in_thread = await tornado.ioloop.IOLoop.current().run_in_executor(None, sum, [1, 2])
    return answer, pages[4], in_thread


def run(function, *arguments):
    """A loop of Tornado for this task alone, as its manual has it for threads."""
    asyncio.set_event_loop(asyncio.new_event_loop())
    loop = tornado.ioloop.IOLoop.current()
    try:
        return loop.run_sync(lambda: function(*arguments))
    finally:
        loop.close()


def loops_at_once():
    """Each task runs a loop, with a server, clients, a thread."""
    meeting = Meeting(LOOPS)
    tasks = [greenhost.spawn(run, everything, meeting.port, n) for n in range(LOOPS)]
    print(len(set(meeting.hold())))
    for result in {task.result() for task in tasks}:
        print(*result)


async def child():
    stream = tornado.process.Subprocess.STREAM
    cat = tornado.process.Subprocess(["cat"], stdin=stream, stdout=stream)
    await cat.stdin.write(b"through a child")
    cat.stdin.close()
    out = await cat.stdout.read_until_close()
    return out.decode(), await cat.wait_for_exit()


def children():
    """A child of the main task's loop, whose end is a signal, while another loop runs."""
    meeting = Meeting(1)
    task = greenhost.spawn(run, visit, meeting.port, "the other")
    print(*run(child))
    print(*meeting.hold(), "heard", task.result())


if __name__ == "__main__":
    run_program()
