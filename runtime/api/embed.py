# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a program that embeds Python needs of Python itself: a part of the library, not a file beside it.

A task that is given arguments, an environment or streams of its own sees them where any program looks,
in sys.argv, os.environ, sys.stdin, sys.stdout and sys.stderr. Objects stand there that ask, each time,
which task is running: it is in a context variable, so what a task spawns has the same. Until a task is
given something, nothing is put there.
"""

import builtins
import collections.abc
import contextvars
import importlib
import io
import operator
import os
import runpy
import sys
import traceback
import types

_own = contextvars.ContextVar("greenhost_own")


# ---- what is a task's own ----


class _Stream:
    """sys.stdout and the like: the task's own stream, or the process's."""

    def __init__(self, name):
        object.__setattr__(self, "_found", (name, getattr(sys, name)))

    def _stream(self):
        name, process = object.__getattribute__(self, "_found")
        return _own.get({}).get(name, process)

    def __getattr__(self, name):
        return getattr(self._stream(), name)

    def __setattr__(self, name, value):
        setattr(self._stream(), name, value)

    def __iter__(self):
        return iter(self._stream())

    def __next__(self):
        return next(self._stream())

    def __enter__(self):
        return self._stream().__enter__()

    def __exit__(self, *error):
        return self._stream().__exit__(*error)


class _Argv(collections.abc.MutableSequence):
    """sys.argv: the task's own list, or the process's. Parts of it are lists."""

    def __init__(self):
        self._process = getattr(sys, "argv", [""])

    def _list(self):
        return _own.get({}).get("argv", self._process)

    def __getitem__(self, index):
        return self._list()[index]

    def __setitem__(self, index, value):
        self._list()[index] = value

    def __delitem__(self, index):
        del self._list()[index]

    def __len__(self):
        return len(self._list())

    def __add__(self, other):
        return self._list() + other

    def __eq__(self, other):
        return self._list() == other

    def __repr__(self):
        return repr(self._list())

    def insert(self, index, value):
        self._list().insert(index, value)

    def copy(self):
        return self._list().copy()


class _Environ(type(os.environ)):
    """os.environ: the task's own, which children do not inherit, or the process's."""

    @property
    def _data(self):
        own = _own.get({}).get("environ")
        return self.__dict__["_data"] if own is None else own

    def _is_own(self):
        return "environ" in _own.get({})

    def __setitem__(self, key, value):
        if not self._is_own():
            return super().__setitem__(key, value)
        self._data[self.encodekey(key)] = self.encodevalue(value)

    def __delitem__(self, key):
        if not self._is_own():
            return super().__delitem__(key)
        try:
            del self._data[self.encodekey(key)]
        except KeyError:
            raise KeyError(key) from None


def _place(name):
    """Have the name of sys's, or os.environ, ask who is running; once."""
    if name == "environ":
        os.environ.__class__ = _Environ
    elif name == "argv":
        if not isinstance(getattr(sys, name, None), _Argv):
            sys.argv = _Argv()
    elif not isinstance(getattr(sys, name), _Stream):
        setattr(sys, name, _Stream(name))


class _Raw(io.RawIOBase):
    """What a callback of the program's gives or takes: `read(room)` gives bytes, `write(bytes)` takes."""

    def __init__(self, name, mode, read=None, write=None):
        self.name, self.mode = name, mode
        self._read, self._write = read, write

    def readable(self):
        return self._read is not None

    def writable(self):
        return self._write is not None

    def readinto(self, buffer):
        got = self._read(len(buffer))
        buffer[: len(got)] = got
        return len(got)

    def write(self, data):
        data = bytes(memoryview(data))
        self._write(data)
        return len(data)


class Stream(io.RawIOBase):
    """A stream of libuv's that belongs to the program; each part of it parks the task that calls.

    To close it ends this file, and whoever waits for it. What becomes of the stream is the program's
    affair.
    """

    name, mode = "<stream>", "rb+"

    def __init__(self, readinto, write, close):
        self._readinto, self._write, self._close = readinto, write, close

    def _open(self):
        if self.closed:
            raise ValueError("I/O operation on closed file")
        return self

    def readable(self):
        return True

    writable = readable

    def readinto(self, buffer):
        return self._open()._readinto(buffer)

    def write(self, data):
        return self._open()._write(data)

    def close(self):
        self._close()
        super().close()


def _output(name, write):
    raw = io.BufferedWriter(_Raw(f"<{name}>", "w", write=write))
    return io.TextIOWrapper(
        raw, "utf-8", "surrogateescape", newline="", line_buffering=True, write_through=False
    )


def _input(name, read):
    raw = io.BufferedReader(_Raw(f"<{name}>", "r", read=read))
    return io.TextIOWrapper(raw, "utf-8", "surrogateescape")


def own_things(argv, environ, stdin, stdout, stderr):
    """Give the running task what is not None, as its own and of those it spawns."""
    own = dict(_own.get({}))
    if argv is not None:
        own["argv"] = list(argv)
    if environ is not None:
        pairs = (os.fsencode(entry).partition(b"=") for entry in environ)
        own["environ"] = {name: value for name, _, value in pairs}
    if stdin is not None:
        own["stdin"] = _input("stdin", stdin)
    if stdout is not None:
        own["stdout"] = _output("stdout", stdout)
        own["stderr"] = _output("stderr", stderr)
    for name in own:
        _place(name)
    _own.set(own)
    return own


def _flush(own):
    for name in ("stdout", "stderr"):
        if name in own:
            own[name].flush()


# ---- what to run ----


def _namespace(file=None, **more):
    """The dictionary of a module __main__ of the task's own."""
    module = types.ModuleType("__main__")
    vars(module).update(__builtins__=builtins, **more)
    if file is not None:
        module.__file__ = file
    return vars(module)


def _run_code(source):
    exec(compile(source, "<string>", "exec", dont_inherit=True), _namespace())


def _run_file(path):
    folder = os.path.dirname(os.path.realpath(path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    with io.open_code(path) as file:
        code = compile(file.read(), path, "exec", dont_inherit=True)
    exec(code, _namespace(path))


def _run_module(name):
    name, spec, code = runpy._get_module_details(name)
    sys.argv[:1] = [spec.origin]
    more = {"__spec__": spec, "__loader__": spec.loader, "__package__": spec.parent}
    exec(code, _namespace(spec.origin, **more))


def _call(path, *args):
    module, _, name = path.partition(":")
    return operator.attrgetter(name)(importlib.import_module(module))(*args)


_runs = {"code": _run_code, "file": _run_file, "module": _run_module, "function": _call}


def run(kind, what, args, own):
    """The whole of a task that the program has spawned."""
    things = own_things(*own) if own is not None else {}
    try:
        if kind == "callable":
            return what(*args)
        return _runs[kind](what, *args)
    except SystemExit as error:
        _tell_exit(error.code)
        raise
    finally:
        _flush(things)


def format_error(error):
    """What python3 would print of it, without the frames of this file."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == "<greenhost>":
        trace = trace.tb_next
    return "".join(traceback.format_exception(type(error), error, trace))


def _tell_exit(code):
    """What python3 prints of a code that is no number."""
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
