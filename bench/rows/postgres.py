# SPDX-License-Identifier: MIT OR Apache-2.0
"""PostgreSQL: many short queries by a hundred tasks, each with a connection of its own."""

import sys
from pathlib import Path

from rows import Benchmark, scripts

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "servers"))
from support import Postgres

QUERIES = """
import time
def ask(connection, count):
    cursor = connection.cursor()
    for i in range(count):
        cursor.execute("select %s + 1", (i,))
        assert cursor.fetchone() == (i + 1,)
connections = [psycopg2.connect(ADDRESS) for _ in range(100)]
for each in connections: each.autocommit = True
began = time.process_time()
for task in [spawn(ask, each, 50) for each in connections]: task.join()
print((time.process_time() - began) / 5_000 * 1e6)
"""

PEERS = {
    "greenhost": "import psycopg2\nfrom greenhost import spawn\n" + QUERIES,
    "gevent, psycogreen": "import gevent.monkey; gevent.monkey.patch_all()\n"
    "from psycogreen.gevent import patch_psycopg; patch_psycopg()\n"
    "import psycopg2\nfrom gevent import spawn\n" + QUERIES,
    "asyncpg": """
import asyncio, asyncpg, time
async def ask(connection, count):
    for i in range(count): assert await connection.fetchval("select $1::int + 1", i) == i + 1
async def main():
    words = dict(word.split("=") for word in ADDRESS.split())
    connections = [
        await asyncpg.connect(host=words["host"], user=words["user"], database=words["dbname"])
        for _ in range(100)
    ]
    began = time.process_time()
    await asyncio.gather(*(ask(each, 50) for each in connections))
    print((time.process_time() - began) / 5_000 * 1e6, flush=True)
asyncio.run(main())
""",
}


def benchmarks(greenhost):
    server = Postgres()
    server.start()
    try:
        codes = {peer: f"ADDRESS = {server.address!r}\n" + code for peer, code in PEERS.items()}
        yield Benchmark(
            "PostgreSQL, 5,000 queries by 100 tasks",
            "The client's processor time for `select n + 1`: psycopg2 as it is, psycopg2 with "
            "psycogreen's wait callback, and asyncpg, which prepares its statements.",
            {"µs": False},
            scripts(greenhost, "µs", codes),
            wanted={"gevent, psycogreen": 1, "asyncpg": 1},
        )
    finally:
        server.stop()
