# SPDX-License-Identifier: MIT OR Apache-2.0
"""Random programs of cancel scopes and nurseries, run under Trio or under greenhost.

    python3 program.py FIRST LAST        # one line for each seed: its log, as JSON

A program is a tree of statements, made from its seed alone. It is interpreted by coroutines: under Trio
they are Trio's, under greenhost each is run by a task and never yields, since what it awaits blocks.

Everything waits in steps, which a conductor lets go one at a time, in an order that the seed says, and
only when nothing else can run. So what happens between two steps is determined, but for the order within
it, and is logged as a sorted list.
"""

import json
import random
import sys
from math import inf

try:
    import greenhost
except ImportError:
    import trio
    import trio.testing

    greenhost = None


class Error(Exception):
    """What programs raise."""


# ---- the two libraries ----


class UnderGreenhost:
    """Blocking calls, for coroutines that never yield."""

    def __init__(self):
        self.Cancelled, self.CancelScope = greenhost.Cancelled, greenhost.CancelScope
        self.effective_deadline = greenhost.current_effective_deadline

    def event(self):
        return greenhost.Event()

    async def wait(self, event):
        event.wait()

    async def checkpoint(self):
        greenhost.checkpoint()

    def nursery(self):
        return Nursery()

    async def start(self, nursery, function, *args):
        def child(*args, task_status):
            drive(function, *args, task_status=task_status)

        nursery.nursery.start(child, *args)

    async def settle(self):
        """Return once every other task waits."""
        quiet = 0
        while quiet < 2:
            greenhost.await_(greenhost.ops.sleep(0))  # a turn of the loop, which fires deadlines
            busy = any(task.state == "ready" for task in greenhost.tasks())
            quiet = 0 if busy else quiet + 1

    def run(self, program, conduct):
        task = greenhost.spawn(drive, program)
        drive(conduct)
        task.result()


def drive(function, *args, **kwds):
    """Run a coroutine that never yields."""
    try:
        function(*args, **kwds).send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it yielded")


class Nursery:
    """One of greenhost's in the clothes of Trio's."""

    async def __aenter__(self):
        self.nursery = greenhost.open_nursery().__enter__()
        self.cancel_scope = self.nursery.cancel_scope
        return self

    async def __aexit__(self, *error):
        return self.nursery.__exit__(*error)

    def start_soon(self, function, *args):
        self.nursery.start_soon(drive, function, *args)


class UnderTrio:
    """Trio, with groups for every failure of a nursery."""

    def __init__(self):
        self.Cancelled, self.CancelScope = trio.Cancelled, trio.CancelScope
        self.effective_deadline = trio.current_effective_deadline
        self.event = trio.Event
        self.checkpoint = trio.lowlevel.checkpoint
        self.nursery = trio.open_nursery
        self.settle = trio.testing.wait_all_tasks_blocked

    async def wait(self, event):
        await event.wait()

    async def start(self, nursery, function, *args):
        """As Trio has it from 0.23 on, where what the child raised is not wrapped."""
        try:
            await nursery.start(function, *args)
        except BaseExceptionGroup as group:
            if len(group.exceptions) == 1:
                raise group.exceptions[0] from None
            raise

    def run(self, program, conduct):
        async def main():
            async with trio.open_nursery() as nursery:
                nursery.start_soon(program)
                nursery.start_soon(conduct)

        trio.run(main, strict_exception_groups=True)


# ---- making a program ----


class Maker:
    """A random program: statements are lists, of a word and what it needs."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.scopes = self.steps = 0
        self.left = self.random.randint(10, 60)

    def block(self, depth):
        return [self.statement(depth) for _ in range(self.random.randint(1, 4)) if self.left > 0]

    def statement(self, depth):
        self.left -= 1
        simple = ["step"] * 6 + ["cancel"] * 3 + ["shield", "deadline", "ask", "checkpoint", "fail"]
        nested = ["scope"] * 4 + ["nursery"] * 4 + ["finally", "catch", "swallow"]
        word = self.random.choice(simple + nested if depth < 7 else simple)
        return getattr(self, word)(depth + 1)

    def some_scope(self):
        return self.random.randint(1, max(1, self.scopes))

    def new_scope(self):
        self.scopes += 1
        return self.scopes

    def step(self, _):
        self.steps += 1
        return ["step", self.steps]

    def cancel(self, _):
        return ["cancel", self.some_scope()]

    def shield(self, _):
        return ["shield", self.some_scope(), self.random.random() < 0.5]

    def deadline(self, _):
        return ["deadline", self.some_scope(), self.step(None)[1]]

    def ask(self, _):
        return ["ask"]

    def checkpoint(self, _):
        return ["checkpoint"]

    def fail(self, _):
        return ["fail", self.random.choice("abc")]

    def scope(self, depth):
        kind = self.random.choice(["plain"] * 6 + ["shielded"] * 3 + ["cancelled", "late"])
        return ["scope", self.new_scope(), kind, self.block(depth)]

    def nursery(self, depth):
        number = self.new_scope()
        children = []
        for _ in range(self.random.randint(0, 3)):
            how = self.random.choice(["soon", "soon", "soon", "start"])
            block = [self.step(depth), *self.block(depth)]
            if how == "start" and self.random.random() < 0.9:
                block.insert(self.random.randint(0, len(block)), ["started"])
            children.append([how, block])
        return ["nursery", number, children, self.block(depth)]

    def two_blocks(self, depth):
        return self.block(depth), self.block(depth)

    def finally_(self, depth):
        return ["finally", *self.two_blocks(depth)]

    def catch(self, depth):
        return ["catch", self.block(depth)]

    def swallow(self, depth):
        return ["swallow", self.block(depth)]


setattr(Maker, "finally", Maker.finally_)


# ---- running one ----


class Run:
    """One run of one program."""

    def __init__(self, library, seed):
        self.library = library
        maker = Maker(seed)
        self.program = [maker.statement(0) for _ in range(3)]
        self.random = random.Random(seed)
        self.scopes, self.waiting = {}, {}
        self.log, self.now = [], []
        self.over = False

    def note(self, *what):
        self.now.append(" ".join(map(str, what)))

    def shape(self, error):
        """What an exception says, of groups whatever order they are in."""
        if isinstance(error, BaseExceptionGroup):
            return f"[{', '.join(sorted(map(self.shape, error.exceptions)))}]"
        if isinstance(error, self.library.Cancelled):
            return "Cancelled"
        return str(error) if isinstance(error, Error) else type(error).__name__

    async def root(self):
        try:
            await self.block(self.program, None)
        except BaseException as error:
            self.note("ended by", self.shape(error))
        self.over = True

    async def conduct(self):
        while True:
            await self.library.settle()
            self.log.append(sorted(self.now))
            self.now = []
            if self.over:
                return
            self.waiting.pop(self.random.choice(sorted(self.waiting))).set()

    async def block(self, block, status):
        for word, *rest in block:
            await getattr(self, "do_" + word)(*rest, status=status)

    async def do_step(self, number, status):
        event = self.waiting[number] = self.library.event()
        try:
            await self.library.wait(event)
            self.note("step", number)
        except BaseException as error:
            self.note("step", number, self.shape(error))
            raise
        finally:
            self.waiting.pop(number, None)

    async def do_cancel(self, number, status):
        if number in self.scopes:
            self.scopes[number].cancel()

    async def do_shield(self, number, value, status):
        if number in self.scopes:
            self.scopes[number].shield = value

    async def do_deadline(self, number, step, status):
        if number in self.scopes:
            self.scopes[number].deadline = -inf
        await self.do_step(step, status)  # a turn of the loop, which is when it counts

    async def do_ask(self, status):
        self.note("cancelled:", self.library.effective_deadline() == -inf)

    async def do_checkpoint(self, status):
        await self.library.checkpoint()
        self.note("checkpoint")

    async def do_fail(self, name, status):
        raise Error(name)

    async def do_started(self, status):
        if status is not None:
            status.started()
            self.note("started")

    async def do_scope(self, number, kind, block, status):
        deadline = -inf if kind == "late" else inf
        scope = self.scopes[number] = self.library.CancelScope(deadline=deadline)
        scope.shield = kind == "shielded"
        if kind == "cancelled":
            scope.cancel()
        try:
            with scope:
                await self.block(block, status)
        finally:
            self.note("scope", number, scope.cancelled_caught, scope.cancel_called)

    async def do_nursery(self, number, children, block, status):
        scope = None
        try:
            async with self.library.nursery() as nursery:
                scope = self.scopes[number] = nursery.cancel_scope
                for how, child in children:
                    await self.start(nursery, how, child)
                await self.block(block, status)
        except BaseException as error:
            self.note("nursery", number, self.shape(error))
            raise
        finally:
            self.note("nursery", number, scope.cancelled_caught)

    async def start(self, nursery, how, block):
        if how == "soon":
            nursery.start_soon(self.block, block, None)
            return
        await self.library.start(nursery, self.child, block)

    async def child(self, block, task_status):
        await self.block(block, task_status)

    async def do_finally(self, block, last, status):
        try:
            await self.block(block, status)
        finally:
            await self.block(last, status)

    async def do_catch(self, block, status):
        try:
            await self.block(block, status)
        except Exception as error:
            self.note("caught", self.shape(error))

    async def do_swallow(self, block, status):
        try:
            await self.block(block, status)
        except BaseException as error:
            self.note("swallowed", self.shape(error))


def main(first, last):
    library = UnderTrio() if greenhost is None else UnderGreenhost()
    for seed in range(first, last):
        run = Run(library, seed)
        library.run(run.root, run.conduct)
        print(json.dumps([seed, run.log, run.program]))


main(*map(int, sys.argv[1:]))
