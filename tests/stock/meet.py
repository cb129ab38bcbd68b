# SPDX-License-Identifier: MIT OR Apache-2.0
"""What the stock programs do: each job waits until as many as JOBS are under way at once."""

import os
import resource
import threading

JOBS = int(os.environ["JOBS"])
_soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

_lock = threading.Lock()
_all_here = threading.Event()
_native = set()
_here = 0


def meet():
    """Wait for the others; return how many there were and in how many threads of the system."""
    global _here
    with _lock:
        _here += 1
        # The lower 22 bits of a task's native identity are the thread's that runs it.
        _native.add(threading.get_native_id() & 0x3FFFFF)
        if _here == JOBS:
            _all_here.set()
    _all_here.wait()
    return f"{_here} under way in {len(_native)} thread"


def app(environ, start_response):
    """The same as a WSGI application."""
    body = meet().encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def tell(port):
    print(port, flush=True)
