# SPDX-License-Identifier: MIT OR Apache-2.0
# A cancel never leaves a lock of the import system locked, though it is heard of just as one is had.
# expect: second waits for the import lock
# expect: third waits for the module
# expect: first: module 'first' is imported
# expect: second: Cancelled
# expect: third: Cancelled
# expect: it can be imported now
import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

import greenhost


class Slow(MetaPathFinder, Loader):
    """A finder is asked with the import lock locked, and a module made with that of its own."""

    def find_spec(self, name, path=None, target=None):
        if name not in ("first", "second"):
            return None
        if name == "first":
            asked.set_result(None)
            answer.result()
        return ModuleSpec(name, self)

    def exec_module(self, module):
        if module.__name__ == "first":
            begun.set_result(None)
            end.result()


def bring(name):
    __import__(name)
    return f"module {name!r} is imported"


def outcome(task):
    try:
        return task.result()
    except greenhost.Cancelled:
        return "Cancelled"


asked, answer, begun, end = (greenhost.Promise() for _ in range(4))
sys.meta_path.insert(0, Slow())
first = greenhost.spawn(bring, "first")
asked.result()
second = greenhost.spawn(bring, "second")
greenhost.checkpoint()
print("second waits for the import lock" if "sem_wait" in repr(second) else second)
second.cancel()
answer.set_result(None)
begun.result()
third = greenhost.spawn(bring, "first")
greenhost.checkpoint()
print("third waits for the module" if "sem_wait" in repr(third) else third)
third.cancel()
greenhost.checkpoint()
end.set_result(None)
for name, task in ("first", first), ("second", second), ("third", third):
    print(f"{name}: {outcome(task)}")
import second  # noqa: E402

print("it can be imported now")
