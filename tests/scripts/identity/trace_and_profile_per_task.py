# SPDX-License-Identifier: MIT OR Apache-2.0
# A trace or profile function belongs to the task that set it, as to a thread.
# expect: traced: body helper
# expect: profiled: untraced
# expect: main: None None
import sys

import greenhost

traced, profiled = [], []


def helper():
    greenhost.checkpoint()


def work():
    def trace(frame, event, argument):
        traced.append(frame.f_code.co_name)

    def run():
        sys.settrace(trace)
        body()
        sys.settrace(None)

    def body():
        helper()

    run()


def other():
    def profile(frame, event, argument):
        if event == "call":
            profiled.append(frame.f_code.co_name)

    sys.setprofile(profile)
    untraced()
    sys.setprofile(None)


def untraced():
    greenhost.checkpoint()


tasks = [greenhost.spawn(work), greenhost.spawn(other)]
greenhost.checkpoint()
state = sys.gettrace(), sys.getprofile()
for task in tasks:
    task.result()
print("traced:", *traced)
print("profiled:", *profiled)
print("main:", *state)
