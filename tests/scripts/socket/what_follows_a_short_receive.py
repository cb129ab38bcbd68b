# SPDX-License-Identifier: MIT OR Apache-2.0
# A receive that got less than it asked for got all there was, and the next one waits for news first.
# Whatever was there before, comes later or is changed meanwhile is seen all the same.
# hooks: ioctl
# expect: more bytes: b'second'
# expect: an end that came with them: b''
# expect: an end that comes later: b''
# expect: a reset: ConnectionResetError
# expect: urgent data in between: b'after'
# expect: an end of our own making: b''
# expect: a time limit: TimeoutError
# expect: non-blocking by ioctl: BlockingIOError
# expect: non-blocking by fcntl, through another descriptor: BlockingIOError
# expect: read through another descriptor: b'second'
# expect: a socket with the same number: b'second'
import fcntl
import os
import socket
import struct

import greenhost


def connect():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        return client, listener.accept()[0]


def short_receive(peer, ours):
    """Twice: the first time, the descriptor was not watched yet."""
    for _ in range(2):
        greenhost.spawn(peer.sendall, b"first")
        ours.recv(100)


def outcome(ours):
    try:
        return ours.recv(100)
    except OSError as error:
        return type(error).__name__


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def send_around_urgent(peer):
    peer.sendall(b"before")
    peer.send(b"!", socket.MSG_OOB)
    peer.sendall(b"after")


def more_bytes(peer, ours):
    greenhost.spawn(peer.sendall, b"second")


def end_with_bytes(peer, ours):
    peer.sendall(b"last")
    peer.close()
    ours.recv(100)


def end_later(peer, ours):
    greenhost.spawn(peer.close)


def urgent(peer, ours):
    send_around_urgent(peer)
    ours.recv(100)


def set_by_fcntl(peer, ours):
    with ours.dup() as other:
        flags = fcntl.fcntl(other, fcntl.F_GETFL)
        fcntl.fcntl(other, fcntl.F_SETFL, flags | os.O_NONBLOCK)


def through_another(peer, ours):
    with ours.dup() as other:
        peer.sendall(b"another's")
        other.recv(100)
    greenhost.spawn(peer.sendall, b"second")


def same_number(peer, ours):
    fresh_peer, fresh = connect()
    os.dup2(fresh.fileno(), ours.fileno())
    fresh_peer.sendall(b"second")
    peers.append(fresh_peer)


cases = {
    "more bytes": more_bytes,
    "an end that came with them": end_with_bytes,
    "an end that comes later": end_later,
    "a reset": lambda peer, ours: greenhost.spawn(reset, peer),
    "urgent data in between": urgent,
    "an end of our own making": lambda peer, ours: ours.shutdown(socket.SHUT_RD),
    "a time limit": lambda peer, ours: ours.settimeout(0.01),
    "non-blocking by ioctl": lambda peer, ours: ours.setblocking(False),
    "non-blocking by fcntl, through another descriptor": set_by_fcntl,
    "read through another descriptor": through_another,
    "a socket with the same number": same_number,
}
peers = []


def run():
    for name, prepare in cases.items():
        peer, ours = connect()
        peers.append(peer)
        short_receive(peer, ours)
        prepare(peer, ours)
        print(f"{name}: {outcome(ours)}")


greenhost.spawn(run).result()
