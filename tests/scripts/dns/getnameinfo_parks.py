# SPDX-License-Identifier: MIT OR Apache-2.0
# The way back from an address to names parks, unless numbers are all that is asked for.  Called from
# C: socket.getnameinfo keeps the GIL, so that it holds up every thread.
# hooks: getnameinfo
# expect: numeric: done (0, b'127.0.0.1', b'80')
# expect: named: parked, as libc
# expect: without a service: parked, as libc
# expect: no such name: parked, as libc
import ctypes
import socket
import struct

import greenhost

libc = ctypes.CDLL(None)
LOCAL, NOBODY = "127.0.0.1", "192.0.2.1"
NUMERIC = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV


def look_up(host, flags, service_size=32):
    address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(80), socket.inet_aton(host))
    node, service = ctypes.create_string_buffer(1025), ctypes.create_string_buffer(32)
    status = libc.getnameinfo(address, len(address), node, 1025, service, service_size, flags)
    return status, node.value, service.value


def compare(label, *args):
    task = greenhost.spawn(look_up, *args)
    greenhost.checkpoint()
    state = task.state
    result, expected = task.result(), look_up(*args)
    print(f"{label}: {state},", "as libc" if result == expected else (result, expected))


numeric = greenhost.spawn(look_up, LOCAL, NUMERIC)
greenhost.checkpoint()
print("numeric:", numeric.state, numeric.result())
compare("named", LOCAL, 0)
compare("without a service", LOCAL, 0, 0)
compare("no such name", NOBODY, socket.NI_NAMEREQD)
