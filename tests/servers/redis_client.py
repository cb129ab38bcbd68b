# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of Redis do: python3-redis in the ordinary way, with either of its parsers."""

import time

import redis
from tasks import all_at_once, cancel_at_once, run_client

from greenhost import spawn


def connect(address, parser, pool=redis.ConnectionPool, **options):
    return redis.Redis(
        connection_pool=pool(
            connection_class=redis.UnixDomainSocketConnection,
            parser_class=getattr(redis.connection, parser),
            path=address,
            decode_responses=True,
            **options,
        )
    )


def blocking_pops(address, parser):
    """50 tasks wait for a word each; one pushes all the words in one pipeline."""
    client = connect(address, parser)

    def pop(n):
        return client.blpop(f"queue:{n}", timeout=50)

    tasks = [spawn(pop, n) for n in range(50)]
    while int(client.info("clients")["blocked_clients"]) < 50:
        time.sleep(0.01)
    with client.pipeline(transaction=False) as pipeline:
        for n in range(50):
            pipeline.rpush(f"queue:{n}", f"word {n}")
        pipeline.execute()
    answers = [task.result() for task in tasks]
    print(answers == [(f"queue:{n}", f"word {n}") for n in range(50)])


def pop_times_out(address, parser):
    """50 tasks wait for half a second for what does not come."""
    client = connect(address, parser)
    answers = all_at_once(lambda n: client.blpop(f"nothing:{n}", 0.5), 0.5)
    print(set(answers) == {None})


def pipelines(address, parser):
    """50 tasks, each with pipelines of its own on a few connections that they share."""
    client = connect(address, parser, redis.BlockingConnectionPool, max_connections=8)

    def count(n):
        for _ in range(10):
            with client.pipeline() as pipeline:
                pipeline.incr(f"counter:{n}").incr("total").get(f"counter:{n}")
                mine, _, read = pipeline.execute()
                assert mine == int(read)
        return mine

    print({task.result() for task in [spawn(count, n) for n in range(50)]}, client.get("total"))


def subscribe(address, parser):
    """A message reaches all that listen."""
    client = connect(address, parser)

    def listen():
        with client.pubsub() as channel:
            channel.subscribe("news")
            for message in channel.listen():
                if message["type"] == "message":
                    return message["data"]

    tasks = [spawn(listen) for _ in range(50)]
    while dict(client.pubsub_numsub("news"))["news"] < 50:
        time.sleep(0.01)
    client.publish("news", "heard")
    print({task.result() for task in tasks})


def cancel_pop(address, parser):
    """A cancel raises in the task that waits, and its connection does no harm."""
    client = connect(address, parser)
    task = spawn(client.blpop, "never", 20)
    while not int(client.info("clients")["blocked_clients"]):
        time.sleep(0.01)
    cancel_at_once(task)
    print(client.set("key", "value"), client.get("key"))


if __name__ == "__main__":
    run_client(globals())
