# SPDX-License-Identifier: MIT OR Apache-2.0
# Cancel reaches the calls of the other families too.
# expect: Cancelled in sleep
# expect: Cancelled in recv
# expect: Cancelled in result
# expect: Cancelled in join
# expect: Cancelled in greenhost.sleep
# expect: Cancelled in Future.result
import concurrent.futures
import socket
import time

import greenhost

left, right = socket.socketpair()
promise = greenhost.Promise()
forever = greenhost.spawn(promise.result)
WAITS = {
    "sleep": lambda: time.sleep(20),
    "recv": lambda: right.recv(1),
    "result": promise.result,
    "join": forever.join,
    "greenhost.sleep": lambda: greenhost.sleep(20),
    "Future.result": concurrent.futures.Future().result,
}
for what, wait in WAITS.items():
    task = greenhost.spawn(wait)
    greenhost.checkpoint()
    task.cancel()
    try:
        task.result()
    except greenhost.Cancelled:
        print("Cancelled in", what)
promise.set_result(None)
forever.result()
