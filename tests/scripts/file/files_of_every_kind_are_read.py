# SPDX-License-Identifier: MIT OR Apache-2.0
# Regular files, directories, and those of tmpfs, /proc, /sys and /dev read as ever, in a task.
# expect: regular True
# expect: tmpfs True
# expect: proc True
# expect: sys True
# expect: null b''
# expect: zero True
# expect: random True
# expect: full ENOSPC
# expect: directory EISDIR
# expect: write-only EBADF
# expect: negative offset EINVAL
# expect: nothing b''
import errno
import os
import tempfile

import greenhost


def say(name, call, *arguments):
    try:
        print(name, call(*arguments))
    except OSError as error:
        print(name, errno.errorcode[error.errno])


def write_and_read(directory):
    data = os.urandom(300_000)
    with tempfile.TemporaryFile(dir=directory, buffering=0) as file:
        file.write(data)
        file.seek(100)
        return file.read(250_000) == data[100:250_100] and file.read() == data[250_100:]


def read(path, size):
    fd = os.open(path, os.O_RDONLY)
    try:
        return os.read(fd, size)
    finally:
        os.close(fd)


def run():
    say("regular", write_and_read, ".")
    say("tmpfs", write_and_read, "/dev/shm")
    say("proc", lambda: open("/proc/self/status").read().endswith("\n"))
    say("sys", lambda: int(open("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size").read()) > 0)
    say("null", read, "/dev/null", 10)
    say("zero", lambda: read("/dev/zero", 100_000) == bytes(100_000))
    say("random", lambda: len(read("/dev/urandom", 1000)) == 1000)
    say("full", lambda: os.write(os.open("/dev/full", os.O_WRONLY), b"x"))
    say("directory", read, ".", 10)
    say("write-only", lambda: os.read(os.open("file", os.O_WRONLY | os.O_CREAT), 1))
    say("negative offset", lambda: os.pread(os.open("file", os.O_RDONLY), 1, -1))
    say("nothing", read, "file", 0)


greenhost.spawn(run).result()
