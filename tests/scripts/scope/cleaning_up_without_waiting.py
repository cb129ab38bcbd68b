# SPDX-License-Identifier: MIT OR Apache-2.0
# Once a task has heard that its scope is cancelled, what need not wait succeeds; what would is refused.
# expect: said goodbye
# expect: got goodbye
# expect: locked
# expect: read the file
# expect: imported
# expect: refused
# expect: refused
import os
import socket
import threading
import time

import greenhost

ours, theirs = socket.socketpair()
lock = threading.Lock()
with open("file", "w") as file:
    file.write("text")
with greenhost.CancelScope() as scope:
    scope.cancel()
    try:
        time.sleep(60)
    finally:
        ours.send(b"goodbye")
        print("said goodbye")
        print("got", theirs.recv(10).decode())
        with lock:
            print("locked")
        with open("file") as file:
            file.read()
        print("read the file")
        import csv

        print("imported" if csv else None)
        for wait in lambda: theirs.recv(1), lambda: time.sleep(60):
            try:
                wait()
            except greenhost.Cancelled:
                print("refused")
