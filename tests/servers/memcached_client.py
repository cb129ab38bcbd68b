# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the tests of memcached do: pylibmc, on libmemcached."""

import pylibmc
from tasks import all_at_once, run_client

from greenhost import spawn


def slow(_, address):
    """Each answer takes a quarter of a second to come, and each task waits for two."""

    def set_and_get(n):
        client = pylibmc.Client([address])
        client.set(f"key-{n}", n)
        return client.get(f"key-{n}")

    print(all_at_once(set_and_get, 0.5) == list(range(50)))


def many_values(address, _):
    """Half a megabyte each way in one call, in each task."""

    def there_and_back(n):
        client = pylibmc.Client([address], binary=True)
        values = {f"{n}-{k}": bytes([n]) * 50_000 for k in range(10)}
        return client.set_multi(values) == [] and client.get_multi(list(values)) == values

    print({task.result(50) for task in [spawn(there_and_back, n) for n in range(50)]})


def shared_pool(address, _):
    """Fewer clients than tasks; the server counts, so that no addition may be lost or made twice."""
    first = pylibmc.Client([address])
    first.set("total", 0)
    pool = pylibmc.ClientPool(first, 8)

    def count(_):
        for _ in range(10):
            with pool.reserve(block=True) as client:
                client.incr("total")

    for task in [spawn(count, n) for n in range(50)]:
        task.result(50)
    print(first.get("total"))


if __name__ == "__main__":
    run_client(globals())
