# SPDX-License-Identifier: MIT OR Apache-2.0
# A stream of libc's on a pipe is waited for, however many pieces a line comes in.
# hooks: getc fgetc fgets __fgets_chk fread __fread_chk getdelim __getdelim getline
# expect: getc parked, then 97
# expect: fgetc parked, then 97
# expect: fgets parked, then b'abcd\n'
# expect: __fgets_chk parked, then b'abcd\n'
# expect: fread parked, then b'abcd'
# expect: __fread_chk parked, then b'abcd'
# expect: getdelim parked, then b'abcd\n'
# expect: __getdelim parked, then b'abcd\n'
# expect: getline parked, then b'abcd\n'
import ctypes
import os

import greenhost

libc = ctypes.CDLL(None, use_errno=True)
for name in ("fdopen", "fgets", "__fgets_chk"):
    getattr(libc, name).restype = ctypes.c_void_p
for name in ("fread", "__fread_chk", "getdelim", "__getdelim", "getline"):
    getattr(libc, name).restype = ctypes.c_ssize_t
buffer = ctypes.create_string_buffer(100)
room = ctypes.c_size_t(100)
line, size = ctypes.c_char_p(), ctypes.c_size_t()
into = (ctypes.byref(line), ctypes.byref(size))
four = (ctypes.c_size_t(1), ctypes.c_size_t(4))
calls = {
    "getc": (),
    "fgetc": (),
    "fgets": (buffer, 100),
    "__fgets_chk": (buffer, room, 100),
    "fread": (buffer, *four),
    "__fread_chk": (buffer, room, *four),
    "getdelim": (*into, ord("\n")),
    "__getdelim": (*into, ord("\n")),
    "getline": into,
}

for name, arguments in calls.items():
    reader, writer = os.pipe()
    stream = ctypes.c_void_p(libc.fdopen(reader, b"r"))
    buffer.raw = bytes(100)
    task = greenhost.spawn(getattr(libc, name), *arguments, stream)
    greenhost.checkpoint()
    state = task.state
    for piece in (b"ab", b"cd\n"):
        os.write(writer, piece)
        greenhost.checkpoint()
        greenhost.checkpoint()
    result = task.result()
    text = line.value if "get" in name and arguments[:1] == into[:1] else buffer.value
    print(f"{name} {state}, then {result if not arguments else text}")
    os.close(writer)
    libc.fclose(stream)
