# SPDX-License-Identifier: MIT OR Apache-2.0
# An array that is too small for its count aborts, as without us.
# expect-exit: -6
# expect-stderr: buffer overflow detected
import ctypes
import resource

import greenhost

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
libc = ctypes.CDLL(None, use_errno=True)
greenhost.spawn(lambda: libc.__poll_chk((ctypes.c_int * 2)(), 2, -1, ctypes.c_size_t(8))).join()
