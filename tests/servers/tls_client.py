# SPDX-License-Identifier: MIT OR Apache-2.0
"""Both ends of TLS in tasks of one process, each with a certificate."""

import os
import socket
import ssl
import time

from tasks import all_at_once, run_client

from greenhost import spawn

BODY = os.urandom(300_000)


def context(side, certificate):
    made = ssl.SSLContext(side)
    made.load_cert_chain(certificate)
    made.load_verify_locations(certificate)
    made.verify_mode = ssl.CERT_REQUIRED
    return made


def serve(listener, answer):
    """Take connections for ever, and answer each in a task."""
    while True:
        connection, _ = listener.accept()
        spawn(answer, connection)


def connect(listener, certificate, version):
    client = context(ssl.PROTOCOL_TLS_CLIENT, certificate)
    client.maximum_version = version
    plain = socket.create_connection(listener.getsockname())
    return client.wrap_socket(plain, server_hostname="localhost")


def both_ends(certificate, version):
    """Each pair of tasks shakes hands, sends a body there and back, and closes in good order."""
    server = context(ssl.PROTOCOL_TLS_SERVER, certificate)

    def answer(plain):
        with server.wrap_socket(plain, server_side=True) as connection:
            body = connection.recv(4)
            time.sleep(0.5)
            while len(body) < len(BODY) + 4:
                body += connection.recv(1 << 16)
            connection.sendall(body)
            connection.unwrap()

    def ask(n):
        sent = b"%04d" % n + BODY
        with connect(listener, certificate, ssl.TLSVersion[version]) as connection:
            connection.sendall(sent)
            return b"".join(iter(lambda: connection.recv(1 << 16), b"")) == sent

    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        acceptor = spawn(serve, listener, answer)
        print(all_at_once(ask, 0.5) == [True] * 50)
        acceptor.cancel()
        acceptor.join()


if __name__ == "__main__":
    run_client(globals())
