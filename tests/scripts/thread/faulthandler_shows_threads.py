# SPDX-License-Identifier: MIT OR Apache-2.0
# faulthandler shows each thread, and not the hub.
# options: --threads=tasks
# options: --threads=os
# expect: Thread: wait wait run _bootstrap_inner _bootstrap
# expect: Current thread: <module>
import faulthandler
import re
import tempfile
import threading

ended = threading.Event()
thread = threading.Thread(target=ended.wait)
thread.start()
while not ended._cond._waiters:
    pass
with tempfile.TemporaryFile("w+") as file:
    faulthandler.dump_traceback(file)
    file.seek(0)
    for dump in file.read().split("\n\n"):
        print(re.match("[^0]*[^0 ]", dump)[0] + ":", *re.findall(r" in (.*)", dump))
ended.set()
thread.join()
