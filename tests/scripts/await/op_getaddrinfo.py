# SPDX-License-Identifier: MIT OR Apache-2.0
"""getaddrinfo() gives what socket.getaddrinfo() gives, or its error."""
# expect: True
# expect: gaierror True

import socket

from greenhost import await_, ops

arguments = ("127.0.0.1", 80, socket.AF_INET, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
print(await_(ops.getaddrinfo(*arguments)) == socket.getaddrinfo(*arguments))
try:
    await_(ops.getaddrinfo("no address", 80, flags=socket.AI_NUMERICHOST))
except socket.gaierror as error:
    print("gaierror", error.errno == socket.EAI_NONAME)
