# SPDX-License-Identifier: MIT OR Apache-2.0
# Where there are no descriptors left to make the loop of, locks keep their meaning: they block. No task can
# be made then, nor a thread that is one.
# options: --threads=os
# expect: timed out
# expect: [1, 2, 3]
import resource
import threading

lock = threading.Lock()
lock.acquire()
done = []
limits = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))


def work(number):
    with lock:
        done.append(number)


print("timed out" if not lock.acquire(timeout=0.01) else "acquired")
threads = [threading.Thread(target=work, args=(number,)) for number in (1, 2, 3)]
for thread in threads:
    thread.start()
lock.release()
for thread in threads:
    thread.join()
print(sorted(done))
