# SPDX-License-Identifier: MIT OR Apache-2.0
# A time that the kernel would refuse is refused in a task too, with the same error.
# expect: nanosleep -1 EINVAL
# expect: clock_nanosleep EINVAL
# expect: zero 0
import ctypes
import errno

from greenhost import spawn

libc = ctypes.CDLL(None, use_errno=True)


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def body() -> None:
    wrong = ctypes.byref(Timespec(0, 10**9))
    print("nanosleep", libc.nanosleep(wrong, None), errno.errorcode[ctypes.get_errno()])
    print("clock_nanosleep", errno.errorcode[libc.clock_nanosleep(1, 0, wrong, None)])
    print("zero", libc.nanosleep(ctypes.byref(Timespec(0, 0)), None))


spawn(body).result()
