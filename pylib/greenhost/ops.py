# SPDX-License-Identifier: MIT OR Apache-2.0
"""Operations of the loop, each under way from the moment it is made.

    value = await_(ops.work(function, x))

Each function returns an Operation at once and never parks. Wait for it with await_(operation), with
operation.result(timeout) or, in a coroutine that await_() runs, with `await operation`; give it up
with operation.cancel(). An operation that nobody refers to any more is stopped, so keep it. A task
that is cancelled while it waits leaves the operation alone.

All must be called on the thread that runs the program, else RuntimeError.
"""

import os
import socket
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import _greenhost
from _greenhost import Operation

__all__ = [
    "getaddrinfo",
    "read",
    "readable",
    "signal",
    "sleep",
    "wait_process",
    "work",
    "writable",
    "write",
]

T = TypeVar("T")

# What socket.getaddrinfo() gives: family, type, protocol, canonical name, socket address.
Address = tuple[
    socket.AddressFamily,
    socket.SocketKind,
    int,
    str,
    tuple[str, int] | tuple[str, int, int, int],
]


class HasFileno(Protocol):
    """A file, a socket, or anything else that has a descriptor."""

    def fileno(self) -> int:
        """Return the descriptor."""


def sleep(seconds: float) -> Operation[None]:
    """Be done after so many seconds; with 0 or less, at the loop's next turn."""
    return _greenhost.start_sleep(seconds)


def readable(file: int | HasFileno) -> Operation[None]:
    """Be done when reading from a descriptor would not block: there is data, or the end of it.

    A regular file always is. The result is an OSError (EBADF) when the descriptor is closed.
    Raises OSError for a descriptor that is not open.
    """
    return _greenhost.start_readable(file)


def writable(file: int | HasFileno) -> Operation[None]:
    """Be done when writing to a descriptor would not block. Otherwise as readable()."""
    return _greenhost.start_writable(file)


def wait_process(pid: int) -> Operation[int]:
    """Be done when a child process has ended; the result is its exit code.

    The exit code of a child that a signal has killed is the signal's number, negative, as in
    subprocess.Popen.returncode. The child is reaped, as os.waitpid() does it; a Popen object that
    is to know has a wait() of its own, which parks.

    Raises ChildProcessError for what is no child, or reaped already.
    """
    return _greenhost.start_process(pid)


def signal(signum: int) -> Operation[int]:
    """Be done when the process next gets the signal; the result is its number.

    Until then the signal does not do what it does by default, such as ending the process. A
    handler of the program runs as well. Raises ValueError for a number that can't be caught.
    """
    return _greenhost.start_signal(signum)


def work(function: Callable[..., T], /, *args: Any) -> Operation[T]:
    """Call function(*args) on a thread of libuv's pool; its result or exception is the outcome.

    It runs in a copy of the caller's contextvars. Blocking calls in it block that thread, and the
    pool has few: four, or what the environment variable UV_THREADPOOL_SIZE says. One that has
    begun can't be stopped: cancelled, it goes on and its outcome is dropped, and a program that ends
    waits until it next needs the interpreter.
    """
    return _greenhost.start_work(function, *args)


def getaddrinfo(
    host: bytes | str | None,
    port: bytes | str | int | None,
    family: int = 0,
    type: int = 0,
    proto: int = 0,
    flags: int = 0,
) -> Operation[list[Address]]:
    """Look an address up on the pool; arguments and result are socket.getaddrinfo()'s."""
    return work(socket.getaddrinfo, host, port, family, type, proto, flags)


def read(file: int | HasFileno, size: int, offset: int | None = None) -> Operation[bytes]:
    """Read up to size bytes of a file on the pool, from offset or where it stands.

    For files. What waits for a peer, as a pipe or a socket does, would keep a thread of the pool:
    use readable() for it. The result is an OSError where os.read() or os.pread() would raise one.
    """
    if offset is None:
        return work(os.read, _descriptor(file), size)
    return work(os.pread, _descriptor(file), size, offset)


def write(file: int | HasFileno, data: Any, offset: int | None = None) -> Operation[int]:
    """Write bytes to a file on the pool, at offset or where it stands; the result is how many.

    data: anything bytes-like. It is copied first unless it is bytes, so the caller may change it.
    For files, as read(). The result is an OSError where os.write() or os.pwrite() would raise one.
    """
    content = bytes(memoryview(data)) if not isinstance(data, bytes) else data
    if offset is None:
        return work(os.write, _descriptor(file), content)
    return work(os.pwrite, _descriptor(file), content, offset)


def _descriptor(file: int | HasFileno) -> int:
    return file if isinstance(file, int) else file.fileno()
