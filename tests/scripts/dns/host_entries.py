# SPDX-License-Identifier: MIT OR Apache-2.0
# The older functions, with a buffer of the caller's and without: they park, and their answers and
# errors are libc's own.
# hooks: gethostbyname_r gethostbyaddr_r gethostbyname2_r gethostbyname gethostbyname2 gethostbyaddr
# expect: gethostbyname_r: parked, as libc
# expect: gethostbyaddr_r: parked, as libc
# expect: gethostbyname: parked, as libc
# expect: gethostbyname2: parked, as libc
# expect: gethostbyaddr: parked, as libc
# expect: gethostbyname2_r: parked, as libc
# expect: no such address: parked, as libc
# expect: no such name: parked, as libc
# expect: a small buffer: parked, as libc
import ctypes
import socket

import greenhost

libc = ctypes.CDLL(None)
LOCAL = socket.inet_aton("127.0.0.1")


class Entry(ctypes.Structure):
    _fields_ = [
        ("name", ctypes.c_char_p),
        ("aliases", ctypes.POINTER(ctypes.c_char_p)),
        ("family", ctypes.c_int),
        ("length", ctypes.c_int),
        ("addresses", ctypes.POINTER(ctypes.POINTER(ctypes.c_char * 4))),
    ]


def listed(array, value):
    items = []
    while array[len(items)]:
        items.append(value(array[len(items)]))
    return items


def shown(entry):
    """What an entry holds; it points into somebody else's memory."""
    aliases = listed(entry.aliases, lambda alias: alias)
    addresses = listed(entry.addresses, lambda address: address.contents.raw)
    return entry.name, aliases, entry.family, entry.length, addresses


def plain(name, *args):
    function = getattr(libc, name)
    function.restype = ctypes.POINTER(Entry)
    found = function(*args)
    return shown(found.contents) if found else None


def reentrant(size, name, *args):
    """The same with a buffer, which is not aligned."""
    buffer, entry = ctypes.create_string_buffer(size + 1), Entry()
    result, error = ctypes.POINTER(Entry)(), ctypes.c_int()
    place = ctypes.c_void_p(ctypes.addressof(buffer) + 1), ctypes.c_size_t(size)
    status = getattr(libc, name)(
        *args, ctypes.byref(entry), *place, ctypes.byref(result), ctypes.byref(error)
    )
    if status != 0 or not result:
        return status, error.value
    inside = ctypes.addressof(buffer) < ctypes.cast(entry.aliases, ctypes.c_void_p).value
    return shown(entry), inside


def refused(address):
    try:
        return socket.gethostbyaddr(address)
    except socket.herror as error:
        return error.args


def compare(label, *call):
    expected = call[0](*call[1:])
    task = greenhost.spawn(*call)
    greenhost.checkpoint()
    state = task.state
    result = task.result()
    print(f"{label}: {state},", "as libc" if result == expected else (result, expected))


compare("gethostbyname_r", socket.gethostbyname_ex, "localhost")
compare("gethostbyaddr_r", socket.gethostbyaddr, "127.0.0.1")
compare("gethostbyname", plain, "gethostbyname", b"localhost")
compare("gethostbyname2", plain, "gethostbyname2", b"localhost", socket.AF_INET)
compare("gethostbyaddr", plain, "gethostbyaddr", LOCAL, 4, socket.AF_INET)
compare("gethostbyname2_r", reentrant, 1000, "gethostbyname2_r", b"localhost", socket.AF_INET)
compare("no such address", refused, "192.0.2.1")
compare("no such name", reentrant, 1000, "gethostbyname_r", b"no such name")
compare("a small buffer", reentrant, 20, "gethostbyname_r", b"localhost")
