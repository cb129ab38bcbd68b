# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of asyncio's HTTP clients do: plain tasks that await aiohttp and httpx."""

import asyncio
import os
import ssl

import aiohttp
import httpx
from aiohttp import web
from tasks import COUNT, all_at_once, run_client

from greenhost import async_context, async_iter, await_, fail_after, spawn

BODY = os.urandom(200_000)


def slow(address, n):
    return f"{address}/sleep?seconds=0.5&word={n}"


def words():
    return [str(n) for n in range(COUNT)]


def results(function):
    """What function(0) to function(49) return, each in a task."""
    return [task.result(50) for task in [spawn(function, n) for n in range(COUNT)]]


async def aiohttp_session(certificate, **options):
    """Made in a coroutine, since it looks for the running loop."""
    context = ssl.create_default_context(cafile=certificate)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context, **options))


def aiohttp_sleep(address, certificate):
    async def get(n):
        async with await aiohttp_session(certificate) as session:
            async with session.get(slow(address, n)) as answer:
                return await answer.text()

    print(all_at_once(lambda n: await_(get(n)), 0.5) == words())


def aiohttp_shared(address, certificate):
    """One session, used by all, and a call at a time."""

    def post(n):
        with async_context(session.post(f"{address}/echo", data=BODY)) as answer:
            return await_(answer.read()) == BODY

    with async_context(await_(aiohttp_session(certificate, limit=10))) as session:
        print(set(results(post)))


def httpx_sleep(address, certificate):
    context = ssl.create_default_context(cafile=certificate)

    async def get(n):
        async with httpx.AsyncClient(verify=context) as client:
            return (await client.get(slow(address, n), timeout=20)).text

    print(all_at_once(lambda n: await_(get(n)), 0.5) == words())


def httpx_shared(address, certificate):
    """One client, used by all, and a call at a time; the answers come in pieces."""
    limits = httpx.Limits(max_connections=10)

    def post(n):
        with async_context(client.stream("POST", f"{address}/echo", content=BODY)) as answer:
            return b"".join(async_iter(answer.aiter_bytes())) == BODY

    with async_context(httpx.AsyncClient(verify=certificate, limits=limits, timeout=40)) as client:
        print(set(results(post)))


def both_limited(address, certificate):
    """Time limits of the host's end requests of both; each client is used again."""

    async def aiohttp_get(url):
        async with session.get(url) as answer:
            return await answer.text()

    async def httpx_get(url):
        return (await client.get(url)).text

    def work(n):
        get = [aiohttp_get, httpx_get][n % 2]
        try:
            with fail_after(0.5):
                await_(get(f"{address}/sleep?seconds=5&word=late"))
        except TimeoutError as error:
            return type(error).__name__, await_(get(f"{address}/sleep?seconds=0&word=good"))

    with async_context(await_(aiohttp_session(certificate))) as session:
        with async_context(httpx.AsyncClient(verify=certificate, timeout=20)) as client:
            print(set(results(work)))


def aiohttp_server(_address, _certificate):
    """A server in the host's loop, and its clients in tasks."""

    async def handle(request):
        await asyncio.sleep(0.5)
        return web.Response(text=request.match_info["word"])

    async def serve():
        application = web.Application()
        application.add_routes([web.get("/{word}", handle)])
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    async def get(n):
        async with aiohttp.ClientSession() as session, session.get(f"{address}/{n}") as answer:
            return await answer.text()

    runner = await_(serve())
    address = "http://127.0.0.1:{1}".format(*runner.addresses[0])
    print(all_at_once(lambda n: await_(get(n)), 0.5) == words())
    await_(runner.cleanup())


if __name__ == "__main__":
    run_client(globals())
