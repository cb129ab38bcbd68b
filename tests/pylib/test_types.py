# SPDX-License-Identifier: MIT OR Apache-2.0
"""The package is typed, and the types are those of the module that the executable has built in."""

import ast
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYLIB = ROOT / "pylib"
GREENHOST = str((ROOT / os.environ.get("GREENHOST", "build/greenhost")).resolve())

RIGHT = """
from typing import Any
from typing_extensions import assert_type

import greenhost
from greenhost import Operation, Promise, Task, await_, ops, spawn


def length(text: str) -> int:
    return len(text)


async def coroutine(operation: Operation[bytes]) -> bytes:
    return await operation


task = spawn(length, "text", name="name")
assert_type(task, Task[int])
assert_type(task.result(), int)
assert_type(await_(task), int)
assert_type(task.join(1.5), bool)
promise: Promise[str] = Promise()
promise.set_result("text")
assert_type(await_(promise), str)
assert_type(await_(ops.work(length, "text")), int)
assert_type(await_(coroutine(ops.read(0, 10))), bytes)
assert_type(await_(ops.sleep(1)), None)
assert_type(await_(ops.wait_process(10)), int)
assert_type(greenhost.tasks(), list[Task[Any]])
"""

# Each line is an error.
WRONG = """
spawn(length, "text", other=1)
spawn(3)
promise.set_result(3)
promise.set_exception(ValueError)
await_(3)
number: str = spawn(length, "text").result()
greenhost.sleep()
task.ident = 3
task.result("1")
ops.readable("0")
"""

# Says what the built-in module really has.
SHOW = """
import inspect, sys
import _greenhost, greenhost

def show(prefix, thing):
    for name, value in sorted(vars(thing).items()):
        if name.startswith("_") and name != "__await__":
            continue
        if inspect.isclass(value):
            show(name + ".", value)
        elif callable(value):
            try:
                parameters = inspect.signature(value).parameters
            except ValueError:
                parameters = "none"
            print(prefix + name, *[p for p in parameters if p != "self"])
        else:
            print(prefix + name)
        if inspect.isclass(value) or callable(value) or hasattr(value, "__get__"):
            assert name == "__await__" or (value.__doc__ or "").strip(), prefix + name

show("", _greenhost)
for name in greenhost.__all__:
    assert getattr(greenhost, name).__doc__, name
for name in greenhost.ops.__all__:
    assert getattr(greenhost.ops, name).__doc__, name
"""


def mypy(text):
    """What mypy, strict, says about a program: a list of the lines with an error, and all of it."""
    with tempfile.TemporaryDirectory() as directory:
        program = Path(directory) / "program.py"
        program.write_text(text)
        done = subprocess.run(
            ["mypy", "--strict", "--cache-dir", ROOT / "build" / "mypy-test", program],
            env={**os.environ, "MYPYPATH": str(PYLIB)},
            cwd=directory,
            capture_output=True,
            text=True,
        )
    lines = [line.split(":") for line in done.stdout.splitlines() if ": error:" in line]
    return sorted({int(line[1]) for line in lines}), done.stdout + done.stderr


def stub_names(body, prefix=""):
    """Each name that the stub declares, with its parameters."""
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from stub_names(node.body, node.name + ".")
        elif isinstance(node, ast.AnnAssign):
            yield prefix + node.target.id
        elif isinstance(node, ast.FunctionDef):
            if node.name.startswith("_") and node.name != "__await__":
                continue
            arguments = node.args.posonlyargs + node.args.args
            arguments += [node.args.vararg] if node.args.vararg else []
            names = [argument.arg for argument in arguments + node.args.kwonlyargs]
            yield " ".join([prefix + node.name, *(name for name in names if name != "self")])


class TypesTest(unittest.TestCase):
    """mypy on programs that use the package, and the stub beside the real module."""

    maxDiff = None

    def test_right(self):
        errors, output = mypy(RIGHT)
        self.assertEqual(errors, [], output)

    def test_wrong(self):
        errors, output = mypy(RIGHT + WRONG)
        first = RIGHT.count("\n") + 2
        self.assertEqual(errors, list(range(first, first + WRONG.count("\n") - 1)), output)

    def test_stub_is_the_module(self):
        stub = ast.parse((PYLIB / "_greenhost.pyi").read_text())
        done = subprocess.run([GREENHOST, "-c", SHOW], capture_output=True, text=True)
        self.assertEqual(done.stderr, "")
        self.assertEqual(sorted(stub_names(stub.body)), sorted(done.stdout.splitlines()))

    def test_marked_as_typed(self):
        self.assertTrue((PYLIB / "greenhost" / "py.typed").exists())


if __name__ == "__main__":
    unittest.main()
