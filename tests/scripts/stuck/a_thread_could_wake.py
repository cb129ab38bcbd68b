# SPDX-License-Identifier: MIT OR Apache-2.0
# No standstill while an OS thread is there that could release the lock, however many there are.
# expect: acquired 8 times
import threading
import time

lock = threading.Semaphore(0)


def release():
    time.sleep(0.02)
    lock.release()


for _ in range(8):
    threading.Thread(target=release).start()
for _ in range(8):
    lock.acquire()
print("acquired 8 times")
