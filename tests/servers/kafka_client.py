# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of Kafka do: confluent-kafka, on librdkafka, whose threads do all the work."""

import time

from confluent_kafka import Consumer, Producer, TopicPartition
from tasks import all_at_once, run_client

from greenhost import checkpoint, spawn


def producer(address):
    return Producer({"bootstrap.servers": address, "linger.ms": 1})


def send(address, topic, words):
    sender = producer(address)
    for word in words:
        sender.produce(topic, word, partition=0)
    assert sender.flush(20) == 0


def reader(address, topic, offset=0):
    """A consumer at a place in the topic's first partition."""
    consumer = Consumer({"bootstrap.servers": address, "group.id": "readers"})
    consumer.assign([TopicPartition(topic, 0, offset)])
    return consumer


def read(consumer, count):
    messages = []
    while len(messages) < count:
        messages += consumer.consume(count - len(messages), 20)
    assert not any(message.error() for message in messages)
    consumer.close()
    return [message.value().decode() for message in messages]


def times_out(address):
    """Nothing comes: each polls for half a second."""
    send(address, "silence", ["one"])

    def poll(_):
        consumer = reader(address, "silence", 1)
        message = consumer.poll(0.5)
        consumer.close()
        return message

    print(all_at_once(poll, 0.5) == [None] * 50)


def produce(address):
    """Each sends words of its own and waits until the broker has them all; then all read them."""

    def work(n):
        words = [f"{n}-{k}" for k in range(20)]
        send(address, f"topic{n}", words)
        return read(reader(address, f"topic{n}"), 20) == words

    print({task.result(50) for task in [spawn(work, n) for n in range(50)]})


def shared_producer(address):
    """All tasks use one producer: the call that its callbacks belong to is each thread's own."""
    sender, delivered = producer(address), []

    def work(n):
        sender.produce("shared", str(n), partition=0, on_delivery=lambda *_: delivered.append(n))
        return sender.flush(20)

    waiting = [spawn(sender.poll, 1) for _ in range(50)]
    checkpoint()
    # From deeper on the stack of C than the others.
    max([0], key=sender.poll)
    print({task.result(50) for task in [spawn(work, n) for n in range(50)]}, len(delivered))
    for task in waiting:
        task.result(50)
    print(sorted(map(int, read(reader(address, "shared"), 50))) == list(range(50)))


def waiting_consumers(address):
    """50 consumers wait; one producer feeds them all."""
    send(address, "news", ["old"])
    tasks = [spawn(read, reader(address, "news", 1), 1) for _ in range(50)]
    time.sleep(0.2)
    send(address, "news", ["new"])
    print({word for task in tasks for word in task.result(50)})


def group(address):
    """A group shares out the partitions: librdkafka calls back while it waits."""
    assigned = []
    consumer = Consumer(
        {"bootstrap.servers": address, "group.id": "group", "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["members"], on_assign=lambda _, parts: assigned.append(len(parts)))
    send(address, "members", ["hello"])
    task = spawn(read, consumer, 1)
    print(task.result(50), assigned)


if __name__ == "__main__":
    run_client(globals())
