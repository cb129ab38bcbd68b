# SPDX-License-Identifier: MIT OR Apache-2.0
# Main waits in C, where no exception reaches it: the process ends, and what was printed is out.
# expect: printed
# expect-exit: 70
# expect-stderr: main: parked in pthread_cond_wait
import ctypes

libc = ctypes.CDLL(None)
mutex, condition = ctypes.create_string_buffer(64), ctypes.create_string_buffer(64)
libc.pthread_mutex_lock(mutex)
print("printed")
libc.pthread_cond_wait(condition, mutex)
