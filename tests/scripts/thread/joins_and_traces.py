# SPDX-License-Identifier: MIT OR Apache-2.0
# join() with a timeout, settrace() and setprofile() for threads, stack_size(), and faulthandler.
# options: --threads=tasks
# expect: joined in time: False, alive: True
# expect: traced in the thread: ['work'], profiled: ['work']
# expect: stack size: 0 262144
# expect: faulthandler shows it: True
import faulthandler
import sys
import tempfile
import threading

go, begun = threading.Event(), threading.Event()
traced, profiled = [], []


def work():
    begun.set()
    go.wait()


def note(names):
    def hook(frame, event, arg):
        if event == "call" and frame.f_code is work.__code__:
            names.append(frame.f_code.co_name)

    return hook


threading.settrace(note(traced))
threading.setprofile(note(profiled))
thread = threading.Thread(target=work)
thread.start()
threading.settrace(None)
threading.setprofile(None)
begun.wait()
thread.join(0.01)
print(f"joined in time: {not thread.is_alive()}, alive: {thread.is_alive()}")
print(f"traced in the thread: {traced}, profiled: {profiled}")
print("stack size:", threading.stack_size(262144), threading.stack_size())
with tempfile.TemporaryFile("w+") as file:
    faulthandler.dump_traceback(file)
    file.seek(0)
    print("faulthandler shows it:", "in work" in file.read())
go.set()
assert sys.gettrace() is None
