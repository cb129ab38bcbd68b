# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of Redis do: python3-redis in the ordinary blocking way."""

import time

import redis
from support import run_client

from greenhost import spawn


def connect(address):
    return redis.Redis(unix_socket_path=address, decode_responses=True)


def blocking_pops(address):
    """50 tasks wait for a word each; one pushes all the words in one pipeline."""
    client = connect(address)

    def pop(n):
        return client.blpop(f"queue:{n}", timeout=10)

    start = time.monotonic()
    tasks = [spawn(pop, n) for n in range(50)]
    while int(client.info("clients")["blocked_clients"]) < 50:
        time.sleep(0.01)
    with client.pipeline(transaction=False) as pipeline:
        for n in range(50):
            pipeline.rpush(f"queue:{n}", f"word {n}")
        pipeline.execute()
    answers = [task.result() for task in tasks]
    print(answers == [(f"queue:{n}", f"word {n}") for n in range(50)])
    print(f"{time.monotonic() - start:.2f}")


def pop_times_out(address):
    """50 tasks wait for half a second for what does not come."""
    client = connect(address)
    start = time.monotonic()
    tasks = [spawn(client.blpop, f"nothing:{n}", 0.5) for n in range(50)]
    print({task.result() for task in tasks})
    print(f"{time.monotonic() - start:.2f}")


def pipelines(address):
    """50 tasks, each with pipelines of its own on a few connections that they share."""
    pool = redis.BlockingConnectionPool.from_url(
        f"unix://{address}", max_connections=8, timeout=20, decode_responses=True
    )
    client = redis.Redis(connection_pool=pool)

    def count(n):
        for _ in range(10):
            with client.pipeline() as pipeline:
                pipeline.incr(f"counter:{n}").incr("total").get(f"counter:{n}")
                mine, _, read = pipeline.execute()
                assert mine == int(read)
        return mine

    print({task.result() for task in [spawn(count, n) for n in range(50)]}, client.get("total"))


def subscribe(address):
    """A message reaches all that listen."""
    client = connect(address)

    def listen():
        with client.pubsub() as channel:
            channel.subscribe("news")
            for message in channel.listen():
                if message["type"] == "message":
                    return message["data"]

    tasks = [spawn(listen) for _ in range(5)]
    while dict(client.pubsub_numsub("news"))["news"] < 5:
        time.sleep(0.01)
    client.publish("news", "heard")
    print({task.result() for task in tasks})


def cancel_pop(address):
    """A cancel raises in the task that waits, and its connection does no harm."""
    client = connect(address)
    task = spawn(client.blpop, "never", 20)
    while not int(client.info("clients")["blocked_clients"]):
        time.sleep(0.01)
    start = time.monotonic()
    task.cancel()
    print(type(task.exception(10)).__name__, time.monotonic() - start < 1)
    print(client.set("key", "value"), client.get("key"))


if __name__ == "__main__":
    run_client(globals())
