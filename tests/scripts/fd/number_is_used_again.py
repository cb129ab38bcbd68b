# SPDX-License-Identifier: MIT OR Apache-2.0
# A number that is closed and used again means the new thing, of whatever kind, also when it was
# closed where nobody tells the loop: in another thread.
# hooks: read close
# expect: pipe b'pipe'
# expect: file b'file'
# expect: socket b'socket'
# expect: terminal b'terminal'
# expect: fifo b'fifo'
# expect: pipe again b'pipe'
# expect: by a thread: pipe b'pipe'
# expect: by a thread: file b'file'
# expect: by a thread: socket b'socket'
# expect: by a thread: terminal b'terminal'
# expect: by a thread: fifo b'fifo'
# expect: by a thread: pipe again b'pipe'
import _thread
import os
import pty
import socket
import tty

import greenhost

NUMBER = 100
os.mkfifo("path")


def make_pipe():
    return os.pipe()


def make_file():
    with open("file", "wb"):
        return os.open("file", os.O_RDONLY), os.open("file", os.O_WRONLY)


def make_socket():
    near, far = socket.socketpair()
    return near.detach(), far.detach()


def make_terminal():
    master, slave = pty.openpty()
    tty.setraw(slave)
    return slave, master


def make_fifo():
    both = os.open("path", os.O_RDWR)
    return both, os.open("path", os.O_WRONLY)


MAKERS = {
    "pipe": make_pipe,
    "file": make_file,
    "socket": make_socket,
    "terminal": make_terminal,
    "fifo": make_fifo,
    "pipe again": make_pipe,
}


def use(make, text):
    reader, writer = make()
    os.dup2(reader, NUMBER)
    os.close(reader)
    if make is make_file:
        os.write(writer, text)
    task = greenhost.spawn(os.read, NUMBER, 100)
    greenhost.checkpoint()
    os.write(writer, text)
    return task.result()[: len(text)], writer


def close_in_thread(*numbers):
    done = _thread.allocate_lock()
    done.acquire()
    _thread.start_new_thread(lambda: ([os.close(fd) for fd in numbers], done.release()), ())
    done.acquire()


for prefix, close in ("", lambda *numbers: [os.close(fd) for fd in numbers]), (
    "by a thread: ",
    close_in_thread,
):
    for name, make in MAKERS.items():
        got, writer = use(make, name.split()[0].encode())
        close(NUMBER, writer)
        print(prefix + name, got)
